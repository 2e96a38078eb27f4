INSERT OR REPLACE INTO kin (session, other) VALUES (?, ?);
