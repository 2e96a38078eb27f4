-- What a glance asks of a journal.

-- name: whole
SELECT id, (SELECT coalesce(max(position), 0) FROM entry) FROM journal WHERE only = 1;

-- name: any_after
SELECT EXISTS (
    SELECT 1
      FROM entry INDEXED BY entry_beside_samples
      JOIN json_each(:prefixes) AS prefix
     WHERE entry.position > :after AND entry.kind <> 'samples'
       AND substr(entry.kind, 1, length(prefix.value)) = prefix.value);
