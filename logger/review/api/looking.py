"""Sessions by the look-back search and one by one, as the pages show them."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from logger.errors import CommandRefused, ConfigError
from logger.journal.kinds import Gap, HeadSigned, SealMade
from logger.review.api.call import Caller, answer
from logger.review.pages.session import viewed_session
from logger.review.pages.sessions import found_sessions
from logger.review.search import PAGE_ROWS, PAGES_MAX, Search
from logger.review.session_facts import read_facts
from logger.review.visit import Visit
from logger.session.cartridge_flags import CartridgeFlag
from logger.session.clock_account import ClockAccount
from logger.session.density import NominalDensity, nominal_densities
from logger.session.index import SessionFilter
from logger.session.model import Deviation, Session
from logger.session.series import SeriesItem
from logger.session.state_hash import state_hash
from logger.session.summary import DeviationKind, SessionSummary

Text = Annotated[str, Field(max_length=200)]
Since = Annotated[
    str, Field(max_length=40, description="From then on: an ISO date or time, local without zone.")
]
Until = Annotated[
    str, Field(max_length=40, description="Before then, the same; a date is that whole day.")
]


class Asked(BaseModel):
    """The look-back search, as in the address of the list of sessions; empty asks for nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Since = ""
    until: Until = ""
    client: Text = ""
    practitioner: Text = ""
    pen: Text = ""
    side: Literal["", "left", "right"] = ""
    zone: Text = ""
    plan: Text = ""
    indication: Text = ""
    deviation: Literal["", "any"] | DeviationKind = ""
    page: Annotated[int, Field(ge=1, le=PAGES_MAX)] = 1

    @property
    def wanted(self) -> SessionFilter:
        """The same as the page has it; ConfigError where nothing can be so."""
        try:
            return Search.of(self.model_dump(exclude={"page"})).wanted()
        except CommandRefused as refused:
            raise ConfigError("zone", refused.reason, refused.mend) from None

    @property
    def first(self) -> int:
        """How many sessions come before those of the page."""
        return (self.page - 1) * PAGE_ROWS


class SessionsFound(msgspec.Struct, frozen=True, kw_only=True):
    """One of ``pages`` pages of ``total`` sessions, newest first."""

    total: int
    page: int
    pages: int
    sessions: list[SessionSummary]


class SessionTold(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of a session says.

    ``state_hash`` names what is shown, as a review has to. ``seals`` come oldest first, and
    ``head`` is the first signed one that covers the last of them.
    """

    session: Session
    state_hash: str
    clocks: ClockAccount
    gaps: list[Gap]
    cartridge_flags: list[CartridgeFlag]
    nominal_densities: tuple[NominalDensity, ...]
    series: SeriesItem | None
    seals: list[SealMade]
    head: HeadSigned | None


class DeviationFound(msgspec.Struct, frozen=True, kw_only=True):
    """A deviation, and where it was."""

    session: str
    practitioner: str
    pen: str
    simulated: bool
    segment: int
    side: str
    deviation: Deviation


class DeviationsFound(msgspec.Struct, frozen=True, kw_only=True):
    """The deviations of the sessions on one of ``pages`` pages of ``total`` sessions."""

    total: int
    page: int
    pages: int
    deviations: list[DeviationFound]


def list_sessions(caller: Caller, asked: Annotated[Asked, Query()]) -> Response:
    """Find sessions."""
    found = found_sessions(caller.console, asked.wanted)
    rows = found[asked.first : asked.first + PAGE_ROWS]
    return answer(SessionsFound(**_counts(found, asked), sessions=rows))


def list_deviations(caller: Caller, asked: Annotated[Asked, Query()]) -> Response:
    """List the deviations of sessions, page by page of the sessions that have any."""
    wanted = asked.wanted
    if wanted.deviation is None:
        wanted = msgspec.structs.replace(wanted, deviation="any")
    found = found_sessions(caller.console, wanted)
    with caller.console.sessions.now() as sessions:
        rows = found[asked.first : asked.first + PAGE_ROWS]
        shown = [sessions.session(one.id) for one in rows]
    told = [one for session in shown if session for one in _deviations(session, wanted)]
    return answer(DeviationsFound(**_counts(found, asked), deviations=told))


def get_session(caller: Caller, session_id: str) -> Response:
    """Return one session; that it was looked at is noted before."""
    return answer(_told(caller, session_id))


def _told(visit: Visit, session_id: str) -> SessionTold:
    session, beside = viewed_session(visit, session_id)
    facts = read_facts(visit.console.data_dir, session)
    return SessionTold(
        session=session,
        state_hash=state_hash(session),
        clocks=facts.clocks,
        gaps=list(facts.gaps),
        cartridge_flags=list(beside.flags),
        nominal_densities=nominal_densities(session),
        series=beside.series,
        seals=[one.told for one in facts.proof.seals],
        head=facts.proof.head,
    )


def _counts(found: Sequence[SessionSummary], asked: Asked) -> dict[str, int]:
    pages = max(1, -(-len(found) // PAGE_ROWS))
    return {"total": len(found), "page": asked.page, "pages": pages}


def _deviations(session: Session, wanted: SessionFilter) -> list[DeviationFound]:
    return [
        DeviationFound(
            session=session.id,
            practitioner=session.practitioner,
            pen=session.pen,
            simulated=session.simulated,
            segment=segment.number,
            side=segment.side,
            deviation=one,
        )
        for segment in session.segments
        for one in segment.deviations
        if _is_wanted(segment.side, one, wanted)
    ]


def _is_wanted(side: str, one: Deviation, wanted: SessionFilter) -> bool:
    return (
        wanted.side in (None, side)
        and wanted.zone in (None, one.zone)
        and wanted.deviation in ("any", one.what)
    )
