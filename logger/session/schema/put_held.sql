INSERT INTO held (session, pen, from_position, to_position) VALUES (?, ?, ?, ?);
