SELECT session, client, started_position, simulated, udi FROM cartridge_use;
