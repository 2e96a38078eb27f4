"""The errors of the service; ``drivers.errors`` draws the whole tree."""

from drivers.errors import (
    ConfigError,
    FrameError,
    LinkLost,
    NeedlelogError,
    UnsupportedPen,
)

__all__ = [
    "CommandRefused",
    "ConfigError",
    "FrameError",
    "JournalDamaged",
    "JournalError",
    "JournalFull",
    "JournalUnavailable",
    "LinkLost",
    "NeedlelogError",
    "NotRunning",
    "PayloadsAway",
    "ProofFailed",
    "SignInLocked",
    "SinkRejected",
    "SinkUnavailable",
    "UnsupportedPen",
    "WrongPassword",
]


class SinkUnavailable(NeedlelogError):
    """The receiver cannot take anything now; what was offered stays undelivered.

    ``retry_after_s`` is the receiver's own wish, if it uttered one.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class SinkRejected(NeedlelogError):
    """The receiver refuses this item for good and says why."""


class CommandRefused(NeedlelogError):
    """An order that cannot be carried out now; nothing was appended.

    ``mend`` tells the person what to do instead.
    """

    def __init__(self, reason: str, mend: str = "") -> None:
        super().__init__(f"{reason}. {mend}" if mend else reason)
        self.reason = reason
        self.mend = mend


class NotRunning(CommandRefused):
    """The order needs a recorder, and none is running in this data directory."""


class WrongPassword(CommandRefused):
    """Account or password is wrong; which of the two, nobody is told."""


class SignInLocked(CommandRefused):
    """Too many wrong passwords were given: wait ``wait_s``; None where a new one must be set."""

    def __init__(self, reason: str, mend: str, wait_s: float | None = None) -> None:
        super().__init__(reason, mend)
        self.wait_s = wait_s


class ProofFailed(NeedlelogError):
    """A signature, hash or proof does not show what it should; trust nothing that it covers."""


class PayloadsAway(NeedlelogError):
    """The payloads asked for lie in a sealed file: fetch them first, then ask again.

    Raised by a reader only that was told not to wait for them.
    """


class JournalError(NeedlelogError):
    """The journal cannot be trusted or written; recording must stop loudly."""


class JournalUnavailable(JournalError):
    """This commit could not be written now; on a journal opened anew it may be tried again."""


class JournalFull(JournalUnavailable):
    """There is no room for this commit on the drive, or in a quota."""


class JournalDamaged(JournalError):
    """The journal's file is not what was written into it; the next start sets it aside.

    ``path`` names the file where it may be another than the journal in use.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path} is damaged: {reason}" if path else reason)
        self.reason = reason
        self.path = path
