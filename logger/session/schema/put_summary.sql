INSERT OR REPLACE INTO summary (
    id, started_position, pen, client, practitioner, simulated, state,
    started_unix_ns, ended_unix_ns, segments, deviations, completeness,
    corrected_started_unix_ns, plan, indication, review_state
) VALUES (
    :id, :started_position, :pen, :client, :practitioner, :simulated, :state,
    :started_unix_ns, :ended_unix_ns, :segments, :deviations, :completeness,
    :corrected_started_unix_ns, :plan, :indication, :review_state
);
