-- What a damaged file may hold, gathered page by page before it is judged.

-- name: create
CREATE TABLE candidate (
    number       INTEGER PRIMARY KEY,
    position     INTEGER NOT NULL,
    rank         INTEGER NOT NULL,
    time_ns      INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    stream       TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    payload_hash BLOB    NOT NULL,
    chain_hash   BLOB    NOT NULL,
    payload      BLOB
) STRICT;
CREATE UNIQUE INDEX candidate_once
    ON candidate (position, chain_hash, payload_hash, time_ns, kind, stream, actor);

-- name: add
INSERT INTO candidate
    (rank, position, time_ns, kind, stream, actor, payload_hash, chain_hash, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET rank = excluded.rank, payload = excluded.payload
 WHERE excluded.rank < rank;

-- name: backwards
SELECT number, rank, position, time_ns, kind, stream, actor, NULL, payload_hash, chain_hash
  FROM candidate WHERE position <= :to ORDER BY position DESC, rank;

-- name: forwards
SELECT number, rank, position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash
  FROM candidate WHERE position > :after AND position <= :to ORDER BY position, rank;
