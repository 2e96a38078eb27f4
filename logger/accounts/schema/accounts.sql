-- name: create
CREATE TABLE covered (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    journal TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;

-- What the journal said of each account, up to the position covered.
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    credential TEXT NOT NULL,
    position INTEGER NOT NULL,
    closed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A hash counts only while an account names it; it is here before the entry that does so.
CREATE TABLE credential (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong passwords in a row, of accounts that do not exist too.
CREATE TABLE failure (
    account TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_unix_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- name: covered
SELECT journal, position FROM covered WHERE only = 1;

-- name: cover
INSERT OR REPLACE INTO covered (only, journal, position) VALUES (1, ?, ?);

-- name: accounts
SELECT id, name, role, credential, position, closed, second_factor FROM account;

-- name: forget_accounts
DELETE FROM account;

-- name: put_account
INSERT OR REPLACE INTO account (id, name, role, credential, position, closed, second_factor)
VALUES (:id, :name, :role, :credential, :position, :closed, :second_factor);

-- name: add_credential
INSERT INTO credential (id, account, hash) VALUES (?, ?, ?);

-- name: drop_credential
DELETE FROM credential WHERE id = ?;

-- name: drop_credentials_of
DELETE FROM credential WHERE account = ?;

-- name: hash
SELECT hash FROM credential WHERE id = ?;

-- name: rehash
UPDATE credential SET hash = ? WHERE id = ?;

-- name: failures
SELECT failures, last_unix_ns FROM failure WHERE account = ?;

-- name: put_failures
INSERT OR REPLACE INTO failure (account, failures, last_unix_ns) VALUES (?, ?, ?);

-- name: forget_failures
DELETE FROM failure WHERE account = ?;

-- name: drop_oldest_strangers
DELETE FROM failure
 WHERE account IN (
    SELECT account FROM failure
     WHERE account NOT IN (SELECT id FROM account)
     ORDER BY last_unix_ns DESC
     LIMIT -1 OFFSET :kept
 );
