SELECT id, session FROM document WHERE id IN (SELECT value FROM json_each(:ids));
