-- name: create_second_factor
ALTER TABLE account ADD COLUMN second_factor TEXT NOT NULL DEFAULT '';

-- A secret counts only while an account names it; it is here before the entry that does so.
CREATE TABLE second_factor (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    secret TEXT NOT NULL,
    last_step INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    failed_unix_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
    hash TEXT PRIMARY KEY,
    factor TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- name: former_accounts
SELECT id, name, role, credential, position, closed, '' FROM account;

-- name: add_second_factor
INSERT INTO second_factor (id, account, secret, last_step, failures, failed_unix_ns)
VALUES (?, ?, ?, ?, 0, 0);

-- name: add_recovery_code
INSERT INTO recovery_code (hash, factor) VALUES (?, ?);

-- name: second_factor
SELECT secret, last_step, failures, failed_unix_ns FROM second_factor WHERE id = ?;

-- name: put_code_failures
UPDATE second_factor SET failures = ?, failed_unix_ns = ? WHERE id = ?;

-- name: take_step
UPDATE second_factor SET failures = 0, last_step = ? WHERE id = ?;

-- name: take_recovery_code
DELETE FROM recovery_code WHERE hash = ? AND factor = ? RETURNING hash;

-- name: recovery_codes_left
SELECT count(*) FROM recovery_code WHERE factor = ?;

-- name: drop_second_factor
DELETE FROM second_factor WHERE id = ?;

-- name: drop_recovery_codes
DELETE FROM recovery_code WHERE factor = ?;

-- name: all_failures
SELECT account, failures, last_unix_ns FROM failure
UNION ALL
SELECT account, failures, failed_unix_ns FROM second_factor
 WHERE id IN (SELECT second_factor FROM account);

-- name: forgive_codes
UPDATE second_factor SET failures = 0 WHERE account = ?;
