"""What whoever is signed in may do about a session as it is now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from logger.accounts import Account, Role
from logger.errors import CommandRefused
from logger.review.visit import Visit
from logger.session.model import Session

NAMES = ("review", "sign", "clinical", "note", "amend", "split", "merge")
"""All there are, in the order in which they are shown."""

AMENDING: Final[frozenset[Role]] = frozenset(("practitioner", "administrator"))
SIGNING: Final[frozenset[Role]] = frozenset(("practitioner",))
"""Whom the recorder's rules let do it: ``logger.session.record_permits``."""


@dataclass(frozen=True, slots=True)
class Action:
    """``name`` is that of its page below the session's; ``is_next`` marks the usual next step."""

    name: str
    address: str
    is_next: bool


def actions(session: Session, account: Account) -> list[Action]:
    """Return what ``account`` may do; the recorder's rules judge it once more."""
    allowed = set(_allowed(session, account))
    following = next((name for name in ("sign", "review") if name in allowed), "")
    return [
        Action(name, f"/sessions/{session.id}/{name}", name == following)
        for name in NAMES
        if name in allowed
    ]


def just_done(visit: Visit) -> str:
    """Return which action has led back to the page of its session, empty for none."""
    done = visit.request.query_params.get("done", "")
    return done if done in NAMES else ""


def check_open_to(name: str, session: Session, account: Account) -> None:
    """Raise CommandRefused unless ``account`` may do that now, as far as can be told before."""
    if name not in _allowed(session, account):
        raise CommandRefused(
            f"session {session.id} is not open to this now ({session.state}, "
            f"{session.record.review_state})",
            "Its page shows what can be done",
        )


def _allowed(session: Session, account: Account) -> Iterator[str]:
    record = session.record
    is_whole = session.state == "stopped" and not record.merged_into
    if account.role in AMENDING and not record.merged_into:
        yield from ("note", "clinical")
        if is_whole:
            yield from ("amend", "split", "merge")
    if not is_whole or record.statistics_due:
        return
    if account.role in AMENDING and record.review_state == "recorded":
        yield "review"
    signers = [one.account for one in record.signatures if one.valid]
    is_due = record.review_state in ("reviewed", "signed") and account.id not in signers
    if account.role in SIGNING and is_due:
        yield "sign"
