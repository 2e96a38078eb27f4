-- Lines of the sessions that are wanted, newest first; NULL asks for nothing. A side, a zone
-- and a deviation must be found together: the deviation is one on that side and zone.
SELECT id, started_position, pen, client, practitioner, simulated, state,
       started_unix_ns, ended_unix_ns, segments, deviations, completeness,
       corrected_started_unix_ns, plan, indication, review_state
  FROM summary
 WHERE (:since_unix_ns IS NULL
        OR coalesce(corrected_started_unix_ns, started_unix_ns) >= :since_unix_ns)
   AND (:until_unix_ns IS NULL
        OR coalesce(corrected_started_unix_ns, started_unix_ns) < :until_unix_ns)
   AND (:pen IS NULL OR pen = :pen)
   AND (:practitioner IS NULL OR practitioner = :practitioner)
   AND (:client IS NULL OR client = :client)
   AND (:indication IS NULL OR indication = :indication)
   AND (:plan IS NULL OR plan = :plan OR substr(plan, 1, length(:plan) + 1) = :plan || '@')
   AND (coalesce(:side, :zone) IS NULL OR EXISTS (
        SELECT 1 FROM treated
         WHERE treated.session = summary.id
           AND (:side IS NULL OR treated.side = :side)
           AND (:zone IS NULL OR treated.zone = :zone)))
   AND (:deviation IS NULL OR EXISTS (
        SELECT 1 FROM deviated
         WHERE deviated.session = summary.id
           AND (:deviation = 'any' OR deviated.what = :deviation)
           AND (:side IS NULL OR deviated.side = :side)
           AND (:zone IS NULL OR deviated.zone = :zone)))
 ORDER BY started_position DESC
 LIMIT :limit;
