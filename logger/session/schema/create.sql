-- ``unsettled`` counts the sessions of which samples or a clock reading may yet change the
-- line below, or that have none. The state stands last: the rest is read without its pages.
CREATE TABLE covered (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    journal TEXT NOT NULL,
    position INTEGER NOT NULL,
    unsettled INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;

-- The state as of the last position covered of a file that was set aside: what is
-- recovered of it later is folded on from there.
CREATE TABLE branch (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    journal TEXT NOT NULL,
    position INTEGER NOT NULL,
    unsettled INTEGER NOT NULL,
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
    completeness REAL,
    corrected_started_unix_ns INTEGER,
    plan TEXT NOT NULL,
    indication TEXT NOT NULL,
    review_state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX summary_by_start ON summary (started_position);
CREATE INDEX summary_by_client ON summary (client, started_position);

-- Where a session treated, and where and how it left its plan: each named once.
CREATE TABLE treated (
    session TEXT NOT NULL,
    side TEXT NOT NULL,
    zone TEXT NOT NULL,
    PRIMARY KEY (session, side, zone)
) STRICT, WITHOUT ROWID;

CREATE TABLE deviated (
    session TEXT NOT NULL,
    what TEXT NOT NULL,
    side TEXT NOT NULL,
    zone TEXT NOT NULL,
    PRIMARY KEY (session, what, side, zone)
) STRICT, WITHOUT ROWID;

-- Which positions of its pen a session holds, both ends included.
CREATE TABLE held (
    session TEXT NOT NULL,
    pen TEXT NOT NULL,
    from_position INTEGER NOT NULL,
    to_position INTEGER NOT NULL,
    PRIMARY KEY (session, from_position)
) STRICT, WITHOUT ROWID;

CREATE INDEX held_by_pen ON held (pen, from_position);

-- Which cartridges a session used, by the text that was scanned or read by the pen. Who asks
-- reads all of it once, and finds the serial numbers in the texts.
CREATE TABLE cartridge_use (
    session TEXT NOT NULL,
    client TEXT NOT NULL,
    started_position INTEGER NOT NULL,
    simulated INTEGER NOT NULL,
    udi TEXT NOT NULL,
    PRIMARY KEY (session, udi)
) STRICT, WITHOUT ROWID;

-- The sessions that one was split from or merged into.
CREATE TABLE kin (
    session TEXT NOT NULL,
    other TEXT NOT NULL,
    PRIMARY KEY (session, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
    id TEXT PRIMARY KEY,
    session BLOB NOT NULL
) STRICT;
