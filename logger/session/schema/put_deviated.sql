INSERT OR IGNORE INTO deviated (session, what, side, zone) VALUES (?, ?, ?, ?);
