DELETE FROM treated WHERE session = :id;
DELETE FROM deviated WHERE session = :id;
DELETE FROM held WHERE session = :id;
DELETE FROM cartridge_use WHERE session = :id;
DELETE FROM kin WHERE session = :id OR other = :id;
DELETE FROM document WHERE id = :id;
DELETE FROM summary WHERE id = :id;
