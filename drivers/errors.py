"""The error tree, sorted by what the caller does.

::

    NeedlelogError
    ├── LinkLost          retry: open the port again
    ├── SinkUnavailable   retry: the cursor stays (logger.errors)
    ├── FrameError        count it, keep the bytes, go on
    ├── SinkRejected      quarantine the item, move on (logger.errors)
    ├── CommandRefused    tell the caller; nothing was appended (logger.errors)
    │   └── NotRunning
    ├── ProofFailed       tell what is wrong, trust nothing that it covers (logger.errors)
    ├── PayloadsAway      fetch them from their sealed file, then ask again (logger.errors)
    ├── ConfigError       stop at start, name the place and the mend
    │   └── UnsupportedPen
    └── JournalError      stop loudly (logger.errors)
        ├── JournalDamaged       the same; the next start sets the file aside
        └── JournalUnavailable   keep the commit, open anew, retry
            └── JournalFull

Drivers raise the ones that stand here; ``logger.errors`` holds the rest.
"""


class NeedlelogError(Exception):
    """Root of every error that the project raises on purpose."""


class LinkLost(NeedlelogError):
    """The port cannot be opened or has gone; opening it again may help."""


class FrameError(NeedlelogError):
    """Bytes that are no frame of the profile.

    ``cause`` is one of the causes that the counters know (``drivers.counters``);
    ``raw`` holds the bytes as they arrived.
    """

    def __init__(self, cause: str, raw: bytes, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail or raw.hex(' ')}")
        self.cause = cause
        self.raw = raw
        self.detail = detail


class ConfigError(NeedlelogError):
    """Something that a person wrote is wrong: says where, what, and how to mend it."""

    def __init__(self, place: str, problem: str, mend: str) -> None:
        super().__init__(f"{place}: {problem}. {mend}")
        self.place = place
        self.problem = problem
        self.mend = mend


class UnsupportedPen(ConfigError):
    """A pen that cannot be recorded as it presents itself."""
