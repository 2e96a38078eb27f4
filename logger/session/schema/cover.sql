INSERT OR REPLACE INTO covered (only, journal, position, unsettled, state)
VALUES (1, ?, ?, ?, ?);
