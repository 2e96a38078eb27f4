CREATE TABLE covered (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    journal TEXT NOT NULL,
    position INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;

-- The state as of the last position covered of a file that was set aside: what is
-- recovered of it later is folded on from there.
CREATE TABLE branch (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    journal TEXT NOT NULL,
    position INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;

CREATE TABLE summary (
    id TEXT PRIMARY KEY,
    started_position INTEGER NOT NULL,
    pen TEXT NOT NULL,
    client TEXT NOT NULL,
    practitioner TEXT NOT NULL,
    simulated INTEGER NOT NULL,
    state TEXT NOT NULL,
    started_unix_ns INTEGER NOT NULL,
    ended_unix_ns INTEGER,
    segments INTEGER NOT NULL,
    deviations INTEGER NOT NULL,
    completeness REAL
) STRICT, WITHOUT ROWID;

CREATE INDEX summary_by_start ON summary (started_position);

CREATE TABLE document (
    id TEXT PRIMARY KEY,
    session BLOB NOT NULL
) STRICT;
