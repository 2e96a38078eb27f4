"""What exports read of the journal, once for all sessions of a call."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from drivers.model import SampleBlock
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.session.clock_account import ClockAccount, clock_account
from logger.session.model import Session
from logger.session.places import Place, placing, reach
from logger.session.true_clock import TrueClock, readings_of


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal as its entry tells it, and when that was."""

    told: kinds.SealMade
    time_unix_ns: int


class Source:
    """The journal for exports. Readings of clocks and seals are kept, samples are not."""

    def __init__(self, reader: JournalReader) -> None:
        self.reader = reader
        self._readings = list(readings_of(reader))
        self._seals = {sealed.told.name: sealed for sealed in _seals(reader)}
        self.clock = cache(self._clock)

    def _clock(self, pen: str) -> TrueClock:
        """Return what is known of the true time for samples of ``pen``."""
        return TrueClock(self._readings, pen)

    def clocks(self, session: Session) -> ClockAccount:
        """Return by which clocks ``session`` was recorded."""
        return clock_account(session, self._readings)

    def seal(self, session: str) -> Sealed | None:
        """Return the last seal of the session of that id, None if there is none."""
        return self._seals.get(session)

    def check_reach(self, session: str, position: int) -> None:
        """Refuse if what begins at ``position`` lies in a file that was set aside."""
        if not self.reader.reaches_back_to(position):
            raise CommandRefused(
                f"samples of session {session} lie in a journal file that was set aside",
                "Bring them back with `needlelog recover`",
            )

    def payloads(self, session: Session) -> Iterator[tuple[int, Place, bytes]]:
        """Yield position, place and payload of every block of ``session``, in order.

        CommandRefused where they lie in a file that was set aside.
        """
        where = reach(session)
        if where is None:
            return
        self.check_reach(session.id, where.from_position)
        entries = self.reader.entries(
            where.from_position - 1, kinds=(SAMPLES,), stream=session.pen, to=where.to_position
        )
        place_at = placing(session)
        for entry in entries:
            place = place_at(entry.position)
            if place is not None and entry.payload is not None:
                yield entry.position, place, entry.payload

    def blocks(self, session: Session) -> Iterator[tuple[int, Place, SampleBlock]]:
        """Yield the same with each block decoded."""
        for position, place, payload in self.payloads(session):
            yield position, place, decode_block(payload)


def _seals(reader: JournalReader) -> Iterator[Sealed]:
    for entry in reader.entries(kinds=("seal.made",)):
        if entry.payload is not None:
            told = kinds.decode(entry.kind, entry.payload)
            if isinstance(told, kinds.SealMade) and told.subject == "session":
                yield Sealed(told, entry.time_ns)
