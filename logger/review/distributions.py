"""Distributions of sessions that somebody compared: counted once, kept while they hold."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from logger.archive.exports.distribution import Distribution, distribution_of
from logger.archive.exports.source import Source
from logger.journal.reader import JournalReader
from logger.session.model import Session

_KEPT = 64
_State = tuple[str, int, tuple[int, ...]]


class Distributions:
    """By session and what its samples and borders depend on; the oldest are forgotten."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._known: dict[_State, Distribution] = {}

    def of(self, data_dir: Path, sessions: Sequence[Session]) -> list[Distribution]:
        """Return the distribution of each of ``sessions``; reads the samples of those not known."""
        with self._turn, JournalReader(data_dir) as reader:
            source = Source(reader)
            found = []
            for session in sessions:
                state = _state(session)
                if state not in self._known:
                    self._known[state] = distribution_of(source, session)
                found.append(self._known[state])
            for state in list(self._known)[:-_KEPT]:
                del self._known[state]
            return found


def _state(session: Session) -> _State:
    amended = tuple(one.position for one in session.record.amendments)
    return session.id, session.totals.samples_received, amended
