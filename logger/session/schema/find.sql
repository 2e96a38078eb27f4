SELECT session FROM document WHERE id = ?;
