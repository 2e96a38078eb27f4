"""What is known now of the recorder, its pens and the sessions on them, pen by pen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from logger.archive.report.zones import ZoneSum, zone_sums
from logger.journal.kinds import ZoneLimit
from logger.session.model import Session
from logger.session.projection import Projection
from logger.status import PenStatus, Status

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Card:
    """A pen, and the session that is open on it; either may be unknown.

    ``is_current`` tells whether the recorder still says so.
    """

    pen: PenStatus | None
    session: Session | None
    now_unix_ns: int
    is_current: bool

    @property
    def key(self) -> str:
        """What tells this card from others: the serial number, or the port of a pen unknown."""
        if self.session is not None:
            return self.session.pen
        return "" if self.pen is None else self.pen.serial or self.pen.port or self.pen.trouble

    @property
    def serial(self) -> str:
        """The pen's serial number, empty as long as it has not told it."""
        return self.session.pen if self.session else self.pen.serial if self.pen else ""

    @property
    def is_linked(self) -> bool:
        """Whether samples come from it."""
        return self.pen is not None and self.pen.state == "recording"

    @property
    def is_simulated(self) -> bool:
        """Whether no pen is there at all."""
        pen, session = self.pen, self.session
        return bool((pen and pen.simulated) or (session and session.simulated))

    @property
    def shape(self) -> str:
        """What decides which orders can be given here."""
        session = self.session
        standing = "free" if session is None else f"{session.id} {session.state}"
        return f"{standing} {'linked' if self.is_linked else 'away'}"

    @property
    def site(self) -> tuple[str, str] | None:
        """Side and zone that are treated; None without a session."""
        if self.session is None:
            return None
        return self.session.segments[-1].side, self.session.segments[-1].zone

    @property
    def limit(self) -> ZoneLimit | None:
        """The plan's envelope for that zone; None where there is none."""
        plan, site = self.session.plan if self.session else None, self.site
        if plan is None or site is None:
            return None
        return next((one for one in plan.zones if one.zone == site[1]), None)

    @property
    def elapsed_s(self) -> float:
        """How long ago the session was started, by the host's clock."""
        started_ns = self.now_unix_ns if self.session is None else self.session.started_unix_ns
        return max(0.0, (self.now_unix_ns - started_ns) / _NS_PER_S)

    @property
    def gaps(self) -> int:
        """How many gaps the session has, those that nobody can count the samples of too."""
        parts = [one.statistics for one in self.session.segments] if self.session else []
        return sum(part.gaps_counted + part.gaps_uncounted for part in parts)

    @property
    def zones(self) -> list[ZoneSum]:
        """The sums by side and zone."""
        return [] if self.session is None else zone_sums(self.session)


@dataclass(frozen=True, slots=True)
class Picture:
    """``status`` is what the recorder said last, None if nothing; ``answers`` whether it does.

    ``problem`` says why the journal cannot be read, empty where it can.
    """

    now_unix_ns: int
    status: Status | None = None
    answers: bool = False
    sessions: Sequence[Session] = field(default=())
    problem: str = ""

    def cards(self) -> list[Card]:
        """Return a card for each pen of the recorder, and for each open session without one."""
        pens = self.status.pens if self.status else ()
        by_pen = {one.pen: one for one in self.sessions}
        found: list[tuple[PenStatus | None, Session | None]] = [
            (pen, by_pen.pop(pen.serial, None)) for pen in pens
        ]
        found += [(None, one) for one in by_pen.values()]
        return [Card(pen, one, self.now_unix_ns, self.answers) for pen, one in found]


def going_on(projection: Projection) -> list[Session]:
    """Return the sessions that are not stopped, as they stand."""
    found = (projection.session(one.id) for one in projection.open_sessions())
    return [one for one in found if one is not None]
