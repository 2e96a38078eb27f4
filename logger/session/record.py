"""The record around a session: clinical form, amendments, reviews and signatures."""

import msgspec

from logger.journal.kinds import (
    AdverseEvent,
    Checklist,
    ClinicalForm,
    TopicalAnaesthetic,
    TreatedZone,
)
from logger.session.summary import ReviewState

__all__ = [
    "AdverseEvent",
    "Amendment",
    "Checklist",
    "ClinicalForm",
    "Review",
    "ReviewState",
    "SessionRecord",
    "Signature",
    "TopicalAnaesthetic",
    "TreatedZone",
    "review_state",
]


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """One value that was corrected: by whom, when, why, and what it was before.

    ``what`` is a path such as ``client``, ``note.<position>``, ``segment.2.side`` or
    ``clinical.endpoint``; ``assigned``, ``split`` and ``merged`` tell of samples that came
    or went. ``former`` and ``now`` are texts, JSON where the value has parts; empty is none.
    ``actor`` is the account where one was authenticated, else who gave the order.
    """

    position: int
    time_unix_ns: int
    actor: str
    what: str
    former: str
    now: str
    reason: str


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Someone looked at the record; ``valid`` until something shown changes."""

    position: int
    time_unix_ns: int
    account: str
    name: str
    role: str
    remark: str
    state_hash: str
    valid: bool = True


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature under the state that was shown; ``valid`` while that is what is shown."""

    position: int
    time_unix_ns: int
    account: str
    name: str
    role: str
    meaning: str
    state_hash: str
    valid: bool = True


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All of a session's record besides what was recorded.

    ``clinical_position`` is that of the entry by which the form was last filled in.
    ``split_from`` names the session that this one was a part of; ``merged_into`` the one
    that has all its samples now. ``statistics_due`` tells that its samples or borders were
    amended and statistics and deviations are still those from before.
    """

    review_state: ReviewState = "recorded"
    clinical: ClinicalForm | None = None
    clinical_position: int = 0
    amendments: tuple[Amendment, ...] = ()
    reviews: tuple[Review, ...] = ()
    signatures: tuple[Signature, ...] = ()
    split_from: str = ""
    merged_into: str = ""
    statistics_due: bool = False


def review_state(reviews: tuple[Review, ...], signatures: tuple[Signature, ...]) -> ReviewState:
    """Return how far the record as it is shown now was reviewed and signed."""
    signers = {one.account for one in signatures if one.valid}
    if len(signers) > 1:
        return "countersigned"
    if signers:
        return "signed"
    return "reviewed" if any(one.valid for one in reviews) else "recorded"
