-- "Nedl": tells a journal from any other SQLite file.
PRAGMA application_id = 0x4e65646c;

-- One row: the random id of this file, from which its chain starts.
CREATE TABLE journal (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id   TEXT NOT NULL CHECK (length(id) = 32)
) STRICT;

-- The payload stands last, so that headers and hashes are read without its overflow pages.
-- It is NULL once it was pruned or erased; its hash stays.
CREATE TABLE entry (
    position     INTEGER PRIMARY KEY,
    time_ns      INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    stream       TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    payload_hash BLOB    NOT NULL CHECK (length(payload_hash) = 32),
    chain_hash   BLOB    NOT NULL CHECK (length(chain_hash) = 32),
    payload      BLOB
) STRICT;

-- Nearly all entries are samples; the others are found by this without walking them, in
-- order of position, and an append of samples does not touch it.
CREATE INDEX entry_beside_samples ON entry (position, kind, stream) WHERE kind <> 'samples';

CREATE TABLE cursor (
    sink     TEXT    PRIMARY KEY,
    position INTEGER NOT NULL,
    safe     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    -- Never given twice: a person may still hold the number of an item that has left.
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ns  INTEGER NOT NULL,
    sink     TEXT    NOT NULL,
    position INTEGER NOT NULL,
    item     BLOB    NOT NULL,
    reason   TEXT    NOT NULL
) STRICT;
