"""Exit codes of the command line. They are documented in the README and do not change."""

from enum import IntEnum


class Exit(IntEnum):
    """What a script may rely on."""

    OK = 0
    FOUND_WRONG = 1
    """A check ran and found something wrong (``verify``, ``pen check``)."""
    USAGE = 2
    """Wrong usage, settings, profile, plan or port: mend it and call again."""
    REFUSED = 3
    """The order cannot be carried out now; nothing was changed."""
    NOT_RUNNING = 4
    """The command needs a running recorder and there is none."""
    JOURNAL = 5
    """The journal cannot be read, written or trusted."""
    UNAVAILABLE = 6
    """A port or a receiver cannot be reached; trying again may help."""
    INTERRUPTED = 130
    """Ended by Ctrl-C."""
