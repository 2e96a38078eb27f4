INSERT OR REPLACE INTO document (id, session) VALUES (?, ?);
