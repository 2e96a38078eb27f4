-- A text that holds the serial number may be the cartridge's; who asks reads it.
SELECT session, client, started_position, simulated, udi
  FROM cartridge_use
 WHERE instr(udi, :serial) > 0 AND started_position < :before;
