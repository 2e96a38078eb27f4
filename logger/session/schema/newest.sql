SELECT id, started_position, pen, client, practitioner, simulated, state,
       started_unix_ns, ended_unix_ns, segments, deviations, completeness
  FROM summary
 ORDER BY started_position DESC
 LIMIT :limit;
