"""The journal on its drive, as the committer's thread works on it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from logger.errors import JournalError, JournalFull, JournalUnavailable
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.quarantine import Quarantined
from logger.journal.writer import Clock, Journal
from logger.recorder.disk import Disk

LOOK_EVERY_S = 2.0


def open_journal(data_dir: Path, clock: Clock, disk: Disk) -> Journal:
    """Return the opened journal, as :meth:`Journal.open` does, with the help of the reserve."""
    disk.make_room_to_open()
    while True:
        try:
            return Journal.open(data_dir, clock)
        except JournalFull:
            if not disk.give_reserve():
                raise


class Drive:
    """Appends, gives the reserve away when nothing else is left, and looks at the room.

    ``write`` blocks and belongs to one thread; ``state`` may be read on any. ``now`` is a
    monotonic clock in seconds.
    """

    def __init__(self, journal: Journal, disk: Disk, now: Callable[[], float]) -> None:
        self._journal = journal
        self._disk = disk
        self._now = now
        self._look_at_s = now() + LOOK_EVERY_S
        self.state = disk.look()

    def is_look_due(self) -> bool:
        """Return whether ``write`` should be called though there is nothing to write."""
        return self._now() >= self._look_at_s

    def write(
        self,
        drafts: Sequence[Draft],
        cursors: Mapping[str, Cursor],
        quarantined: Sequence[Quarantined],
        released: Sequence[Quarantined],
    ) -> list[Entry]:
        """Commit all of it and return the entries.

        JournalUnavailable: nothing of it was committed, and trying again later may help.
        Any other JournalError is final.
        """
        if self.is_look_due():
            self._look()
        while True:
            try:
                return self._journal.append(drafts, cursors, quarantined, released)
            except JournalUnavailable as error:
                after_all = self._journal.reopen()
                if after_all:
                    return after_all
                if not self._make_room(error):
                    raise

    def _make_room(self, error: JournalUnavailable) -> bool:
        """Return whether there is more room now than at ``error``."""
        with _answering():
            given = isinstance(error, JournalFull) and self._disk.give_reserve()
            self.state = self._disk.look()
        return given

    def _look(self) -> None:
        self._look_at_s = self._now() + LOOK_EVERY_S
        with _answering():
            self.state = self._disk.tend()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JournalError(f"the drive of the journal does not answer: {error}") from error
