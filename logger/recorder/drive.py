"""The journal on its drive, as the committer works on it."""

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
SLOW_S = 0.3
"""A write that takes longer shows that this drive makes one wait now and then."""
SLOW_FOR_S = 60.0


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

    ``write`` blocks, one call at a time; ``state`` may be read on any thread. ``now`` is a
    monotonic clock in seconds.
    """

    def __init__(self, journal: Journal, disk: Disk, now: Callable[[], float]) -> None:
        self._journal = journal
        self._disk = disk
        self._now = now
        self._look_at_s = now() + LOOK_EVERY_S
        self._slow_until_s = now()
        self.state = disk.look()

    def is_look_due(self) -> bool:
        """Return whether ``write`` should be called though there is nothing to write."""
        return self._now() >= self._look_at_s

    def is_quick(self) -> bool:
        """Return whether ``write`` can be expected not to make anyone wait.

        False when it is to look at the drive as well, and for :data:`SLOW_FOR_S` after a
        write that took longer than :data:`SLOW_S`.
        """
        now_s = self._now()
        return now_s >= self._slow_until_s and now_s < self._look_at_s

    def write(
        self,
        drafts: Sequence[Draft],
        cursors: Mapping[str, Cursor],
        quarantined: Sequence[Quarantined],
        released: Sequence[Quarantined],
        emptied: Sequence[int] = (),
    ) -> list[Entry]:
        """Commit all of it and return the entries.

        JournalUnavailable: nothing of it was committed, and trying again later may help.
        Any other JournalError is final.
        """
        began_s = self._now()
        try:
            return self._write(drafts, cursors, quarantined, released, emptied)
        finally:
            ended_s = self._now()
            if ended_s - began_s > SLOW_S:
                self._slow_until_s = ended_s + SLOW_FOR_S

    def _write(
        self,
        drafts: Sequence[Draft],
        cursors: Mapping[str, Cursor],
        quarantined: Sequence[Quarantined],
        released: Sequence[Quarantined],
        emptied: Sequence[int],
    ) -> list[Entry]:
        if self.is_look_due():
            self._look()
        while True:
            try:
                return self._journal.append(drafts, cursors, quarantined, released, emptied)
            except JournalUnavailable as error:
                after_all = self._journal.reopen()
                if after_all:
                    return after_all
                if not self._make_room(error):
                    raise

    def tidy(self, pages: int) -> bool:
        """Do as :meth:`Journal.tidy`; False as well where there is no room for it now."""
        try:
            return self._journal.tidy(pages)
        except JournalUnavailable:
            self._journal.reopen()
            return False

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
