"""The sessions of one client in their order, and how far apart they were."""

from collections.abc import Sequence

import msgspec

from logger.session.figures import AnySession
from logger.session.model import Session

_NS_PER_DAY = 86_400_000_000_000


class SeriesItem(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a series.

    ``interval_days`` is from the start of the one before to the start of this one, None for
    the first; ``interval_planned_days`` is what the plan of the one before said.
    ``places`` are the sides and zones treated, each once, in order.
    """

    number: int
    session: str
    started_unix_ns: int
    practitioner: str
    places: tuple[str, ...]
    interval_days: float | None
    interval_planned_days: int | None
    next_session_due: str


def series_of(sessions: Sequence[Session]) -> tuple[SeriesItem, ...]:
    """Return the series that ``sessions`` of one client make.

    By the best knowledge of when they started. Those that were merged into another are
    left out. So are simulated ones, unless all are: such a client is made up, too.
    """
    own = [one for one in sessions if not one.record.merged_into]
    real = [one for one in own if not one.simulated]
    ordered = sorted(real or own, key=started_ns)
    return tuple(
        _item(number, session, ordered[number - 2] if number > 1 else None)
        for number, session in enumerate(ordered, 1)
    )


def started_ns(session: AnySession) -> int:
    """Return when the session started, UTC in ns: corrected, where a later entry knows better."""
    corrected = session.corrected_started_unix_ns
    return session.started_unix_ns if corrected is None else corrected


def _item(number: int, session: Session, before: Session | None) -> SeriesItem:
    form = session.record.clinical
    interval_days = planned = None
    if before is not None:
        interval_days = (started_ns(session) - started_ns(before)) / _NS_PER_DAY
        planned = before.plan.interval_days if before.plan is not None else None
    return SeriesItem(
        number=number,
        session=session.id,
        started_unix_ns=started_ns(session),
        practitioner=session.practitioner,
        places=tuple(dict.fromkeys(f"{one.side} {one.zone}" for one in session.segments)),
        interval_days=interval_days,
        interval_planned_days=planned,
        next_session_due=form.next_session_due if form is not None else "",
    )
