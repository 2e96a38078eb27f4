SELECT session, other FROM kin;
