"""Which kinds of entry begin, end or change a session, or say which samples are its own."""

SESSION_PREFIXES = ("session.", "segment.", "samples.", "client.")
