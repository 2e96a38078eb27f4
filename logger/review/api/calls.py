"""The one table of what programs may call, and who may. What is not named here is closed."""

from collections.abc import Callable
from typing import Any, Final

from logger.accounts import Role
from logger.accounts.model import ROLES
from logger.review.api import auditing, checking, gauging, looking, ordering, record
from logger.review.api.call import PREFIX, Call
from logger.review.api.describing import describe
from logger.review.api.downloading import MEDIA_TYPES, download_session
from logger.review.audit_areas import AUDITING
from logger.status import Status

ALL: Final[frozenset[Role]] = frozenset(ROLES)
ORDERING: Final[frozenset[Role]] = frozenset(("practitioner", "administrator"))
"""Whom the recorder's rules let amend; an auditor changes nothing."""
ADMINISTERING: Final[frozenset[Role]] = frozenset(("administrator",))


def _order(path: str, endpoint: Callable[..., Any], takes: Any = None) -> Call:
    """Return an order about the session of the address."""
    address = f"{PREFIX}/sessions/{{session_id}}/{path}"
    return Call("POST", address, endpoint, ORDERING, ordering.Ordered, takes, (404, 409))


def _asking(path: str, endpoint: Callable[..., Any], gives: Any, roles: frozenset[Role]) -> Call:
    """Return a call that asks for a list, by a period or the look-back search."""
    return Call("GET", f"{PREFIX}/{path}", endpoint, roles, gives, refusals=(422,))


_SESSION = f"{PREFIX}/sessions/{{session_id}}"
_CHECKS = f"{PREFIX}/pens/{{serial}}/checks"
CALLS = (
    Call("GET", f"{PREFIX}/openapi.json", describe, gives=dict[str, Any], is_open=True),
    Call("GET", f"{PREFIX}/status", record.get_status, ALL, Status),
    Call("GET", f"{PREFIX}/pens", record.list_pens, ALL, record.PensKnown),
    Call("GET", _CHECKS, gauging.list_checks, ALL, gauging.ChecksTold, None, (404,)),
    Call(
        "POST",
        _CHECKS,
        gauging.check_pen,
        ORDERING,
        gauging.CheckNoted,
        gauging.CheckBody,
        (404, 409),
    ),
    Call("GET", f"{PREFIX}/accounts", record.list_accounts, ADMINISTERING, record.AccountsTold),
    _asking("sessions", looking.list_sessions, looking.SessionsFound, ALL),
    _asking("deviations", looking.list_deviations, looking.DeviationsFound, ALL),
    Call("GET", _SESSION, looking.get_session, ALL, looking.SessionTold, None, (404,)),
    Call(
        "GET", f"{_SESSION}/download/{{form}}", download_session, ALL, MEDIA_TYPES, None, (404, 409)
    ),
    Call(
        "POST",
        f"{PREFIX}/sessions",
        ordering.start_session,
        ORDERING,
        ordering.Ordered,
        ordering.StartBody,
        (409,),
    ),
    _order("segments", ordering.start_segment, ordering.SegmentBody),
    _order("pause", ordering.pause_session),
    _order("resume", ordering.resume_session),
    _order("stop", ordering.stop_session),
    _order("notes", ordering.add_note, ordering.NoteBody),
    _order("clinical", ordering.fill_in, ordering.ClinicalBody),
    _order("amendments", ordering.amend, ordering.AmendBody),
    _order("reviews", ordering.review, ordering.ReviewBody),
    _order("assign", ordering.assign, ordering.AssignBody),
    _order("split", ordering.split, ordering.SplitBody),
    _order("merge", ordering.merge, ordering.MergeBody),
    _asking("unassigned", auditing.list_unassigned, auditing.Unassigned, ALL),
    _asking("amendments", auditing.list_amendments, auditing.Amendments, ALL),
    _asking("cartridge-flags", auditing.list_cartridge_flags, auditing.Flags, ALL),
    _asking("access", auditing.list_accesses, auditing.Entries, AUDITING),
    _asking("events", auditing.list_events, auditing.Entries, AUDITING),
    _asking("heads", auditing.list_heads, auditing.Heads, AUDITING),
    _asking("trail", auditing.get_trail, (auditing.JSON_LINES,), AUDITING),
    Call("GET", f"{PREFIX}/verification", checking.get_verification, AUDITING, checking.CheckFound),
    Call(
        "POST", f"{PREFIX}/verification", checking.begin_verification, AUDITING, checking.CheckFound
    ),
)
"""The calls of the HTTP API: for programs, by token."""
