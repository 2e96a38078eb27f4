INSERT OR IGNORE INTO treated (session, side, zone) VALUES (?, ?, ?);
