-- Every statement that the journal runs, by name. Migrations stand in the numbered files.

-- name: name_journal
INSERT INTO journal (only, id) VALUES (1, ?);

-- name: journal_id
SELECT id FROM journal WHERE only = 1;

-- name: append_entry
INSERT INTO entry (position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: set_cursor
INSERT INTO cursor (sink, position, safe) VALUES (?, ?, ?)
ON CONFLICT (sink) DO UPDATE SET position = excluded.position, safe = excluded.safe;

-- name: add_quarantined
INSERT INTO quarantine (time_ns, sink, position, item, reason) VALUES (?, ?, ?, ?, ?);

-- name: release_quarantined
DELETE FROM quarantine WHERE number = ?;

-- name: full_entries
SELECT position, time_ns, kind, stream, actor, NULL, payload_hash, chain_hash
  FROM entry
 WHERE position IN (SELECT value FROM json_each(?)) AND payload IS NOT NULL
 ORDER BY position;

-- name: remove_entry
DELETE FROM entry WHERE position = ?;

-- name: last_entry
SELECT position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash
  FROM entry ORDER BY position DESC LIMIT 1;

-- name: last_entries
SELECT position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash
  FROM entry ORDER BY position DESC LIMIT ?;

-- name: last_position
SELECT coalesce(max(position), 0) FROM entry;

-- name: time_from
SELECT time_ns FROM entry WHERE position >= ? ORDER BY position LIMIT 1;

-- name: read_all
SELECT position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash
  FROM entry
 WHERE position > :after AND position <= :to
   AND (:stream IS NULL OR stream = :stream)
 ORDER BY position LIMIT :limit;

-- name: read_kinds
SELECT position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash
  FROM entry
 WHERE position > :after AND position <= :to
   AND (:stream IS NULL OR stream = :stream)
   AND kind IN (SELECT value FROM json_each(:kinds))
 ORDER BY position LIMIT :limit;

-- name: read_kinds_beside_samples
SELECT position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash
  FROM entry INDEXED BY entry_beside_samples
 WHERE position > :after AND position <= :to
   AND kind <> 'samples'
   AND (:stream IS NULL OR stream = :stream)
   AND kind IN (SELECT value FROM json_each(:kinds))
 ORDER BY position LIMIT :limit;

-- name: last_of_kind
SELECT position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash
  FROM entry INDEXED BY entry_beside_samples
 WHERE kind <> 'samples' AND kind = :kind AND stream = :stream
 ORDER BY position DESC LIMIT 1;

-- name: last_samples
SELECT position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash
  FROM entry
 WHERE position > :after AND kind = 'samples' AND stream = :stream
 ORDER BY position DESC LIMIT 1;

-- name: cursors
SELECT sink, position, safe FROM cursor ORDER BY sink;

-- name: quarantine
SELECT sink, position, item, reason, number, time_ns
  FROM quarantine
 WHERE number > :after AND (:sink IS NULL OR sink = :sink)
 ORDER BY number LIMIT :limit;

-- name: quarantined_items
SELECT sink, position, item, reason, number, time_ns
  FROM quarantine
 WHERE sink = :sink AND number IN (SELECT value FROM json_each(:numbers))
 ORDER BY number;

-- name: quarantined_numbers
SELECT number FROM quarantine WHERE sink = ? ORDER BY number;

-- name: quarantined_beyond
SELECT sink, position, item, reason, number, time_ns
  FROM quarantine
 WHERE sink = ? AND position > ?
 ORDER BY position;

-- name: quarantine_held
SELECT sink, count(*), sum(length(item)) FROM quarantine GROUP BY sink;

-- name: first_position
SELECT coalesce(min(position), 1) FROM entry;

-- name: chain_hashes
SELECT position, chain_hash FROM entry WHERE position BETWEEN ? AND ?;

-- name: position_of_hash
SELECT position FROM entry WHERE chain_hash = ? LIMIT 1;

-- name: without_payload
SELECT position, kind, stream FROM entry WHERE payload IS NULL ORDER BY position;

-- name: chain_hash_at
SELECT chain_hash FROM entry WHERE position = ?;

-- name: last_beside_samples
SELECT max(position) FROM entry INDEXED BY entry_beside_samples WHERE kind <> 'samples';

-- name: payloads_left
SELECT position FROM entry
 WHERE position >= :first AND position <= :last
   AND kind = 'samples' AND stream = :stream AND payload IS NOT NULL
 ORDER BY position;

-- name: drop_quarantined_at
DELETE FROM quarantine WHERE position = ?;
