"""What rules need to know, made up for tests."""

from collections.abc import Callable, Mapping
from itertools import count

from logger.journal.kinds import Plan
from logger.session.orders import Known, KnownPen, OpenSession, PlanKey
from logger.session.projection import Projection

PENS = {
    "NP-1": KnownPen(serial="NP-1", linked=True, simulated=False),
    "NP-2": KnownPen(serial="NP-2", linked=True, simulated=False),
    "SIM-3": KnownPen(serial="SIM-3", linked=True, simulated=True),
    "NP-OFF": KnownPen(serial="NP-OFF", linked=False, simulated=False),
}


def known(
    *open_sessions: OpenSession,
    pens: Mapping[str, KnownPen] = PENS,
    plans: tuple[Plan, ...] = (),
    used_plans: tuple[Plan, ...] = (),
    sessions: tuple[str, ...] = (),
    make_session_id: Callable[[], str] | None = None,
) -> Known:
    """Return a state of things; ids are 20261122-0000 and so on."""
    numbers = count()
    every = {*sessions, *(one.id for one in open_sessions)}
    return Known(
        open_sessions=open_sessions,
        pens=pens,
        plans=_by_key(plans),
        used_plans=_by_key(used_plans),
        is_session=every.__contains__,
        make_session_id=make_session_id or (lambda: f"20261122-{next(numbers):04d}"),
        make_nonce=lambda: "n0nce",
    )


def known_of(projection: Projection) -> Known:
    """Return the state of things after a projection, with ids by position."""
    return Known(
        open_sessions=projection.open_sessions(),
        pens=PENS,
        plans={},
        used_plans=projection.used_plans,
        is_session=projection.is_session,
        make_session_id=lambda: f"20261122-{projection.position:04d}",
        make_nonce=lambda: "n0nce",
    )


def open_session(session: str = "20261122-ab12", **fields: object) -> OpenSession:
    """Return an open session on NP-1, left anterior thigh, unless told otherwise."""
    given: dict[str, object] = {
        "pen": "NP-1",
        "client": "C-17",
        "side": "left",
        "zone": "anterior-thigh",
        "state": "open",
        "paused": fields.get("state") == "paused",
        "started_position": 5,
        "started_unix_ns": 1_000,
        **fields,
    }
    return OpenSession(id=session, **given)  # type: ignore[arg-type]  # a test's shorthand


def _by_key(plans: tuple[Plan, ...]) -> dict[PlanKey, Plan]:
    return {(plan.name, plan.version): plan for plan in plans}
