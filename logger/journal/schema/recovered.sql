-- What a recovered file has besides the tables of a journal.

-- name: create
CREATE TABLE recovery (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    source     TEXT    NOT NULL,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL
) STRICT;
CREATE TABLE hole (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE lost_payload (position INTEGER PRIMARY KEY) STRICT;

-- name: add_recovery
INSERT INTO recovery (only, source, first, last) VALUES (1, ?, ?, ?);

-- name: add_hole
INSERT INTO hole (first, last) VALUES (?, ?);

-- name: add_lost_payload
INSERT INTO lost_payload (position) VALUES (?);

-- name: add_quarantined
INSERT INTO quarantine (number, time_ns, sink, position, item, reason) VALUES (?, ?, ?, ?, ?, ?);

-- name: is_recovered
SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'recovery');

-- name: recovery
SELECT source, first, last FROM recovery WHERE only = 1;

-- name: holes
SELECT first, last FROM hole ORDER BY first;

-- name: lost_payloads
SELECT position FROM lost_payload ORDER BY position;

-- name: counts
SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM quarantine);
