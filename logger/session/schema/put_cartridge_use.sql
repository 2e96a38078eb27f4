INSERT OR REPLACE INTO cartridge_use (session, client, started_position, simulated, udi)
VALUES (:session, :client, :started_position, :simulated, :udi);
