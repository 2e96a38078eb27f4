INSERT OR REPLACE INTO covered (only, journal, position, state) VALUES (1, ?, ?, ?);
