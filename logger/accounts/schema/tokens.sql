-- name: create_tokens
-- What the journal said of each token, up to the position covered.
CREATE TABLE token (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    expires_unix_ns INTEGER NOT NULL,
    position INTEGER NOT NULL,
    revoked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A hash counts only while a token of that id does; it is here before the entry that tells of it.
CREATE TABLE token_hash (
    hash TEXT PRIMARY KEY,
    token TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- name: tokens
SELECT id, account, name, role, expires_unix_ns, position, revoked FROM token ORDER BY position;

-- name: forget_tokens
DELETE FROM token;

-- name: put_token
INSERT INTO token (id, account, name, role, expires_unix_ns, position, revoked)
VALUES (:id, :account, :name, :role, :expires_unix_ns, :position, :revoked);

-- name: add_token_hash
INSERT INTO token_hash (hash, token) VALUES (?, ?);

-- name: drop_token_hash
DELETE FROM token_hash WHERE token = ?;

-- name: token_of_hash
SELECT token FROM token_hash WHERE hash = ?;
