"""What may be ordered about a session's record, and what must be known to judge it.

The orders are JSON-able and tagged (``type``), so that they can travel as they are.
"""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import msgspec

from logger.journal.kinds import ClinicalForm
from logger.session.model import Session
from logger.session.orders import By, OpenSession, Order

Meaning = Literal["authorship", "review", "approval", "responsibility"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
"""What a signature may mean: 21 CFR 11.50(a)(3)."""


class Amend(Order, frozen=True, kw_only=True, tag="amend"):
    """``what`` is a path, and ``now`` a text, as in ``logger.journal.kinds.SessionAmended``."""

    session: str
    what: str
    now: str
    reason: str
    by: By


class FillIn(Order, frozen=True, kw_only=True, tag="clinical"):
    """The fields of ``form`` that are not empty are entered, those in ``cleared`` emptied.

    ``session`` may be left out where one is open. What was entered before is changed by
    an account, with a reason.
    """

    form: ClinicalForm
    session: str | None = None
    cleared: tuple[str, ...] = ()
    reason: str = ""


class ReviewRecord(Order, frozen=True, kw_only=True, tag="review"):
    """``state_hash`` names the state that was shown."""

    session: str
    state_hash: str
    by: By
    remark: str = ""


class Sign(Order, frozen=True, kw_only=True, tag="sign"):
    """``state_hash`` names the state that was shown."""

    session: str
    state_hash: str
    meaning: str
    by: By


class Assign(Order, frozen=True, kw_only=True, tag="assign"):
    """Give blocks that are nobody's to a stopped session."""

    session: str
    from_position: int
    to_position: int
    side: str
    zone: str
    reason: str
    by: By


class Split(Order, frozen=True, kw_only=True, tag="split"):
    """Make another session of all from a block on; empty texts are as they were."""

    session: str
    at_position: int
    reason: str
    by: By
    client: str = ""
    practitioner: str = ""


class Merge(Order, frozen=True, kw_only=True, tag="merge"):
    """Bring all of ``merged`` into the earlier ``session``."""

    session: str
    merged: str
    reason: str
    by: By


AnyRecordOrder = Amend | FillIn | ReviewRecord | Sign | Assign | Split | Merge
"""For ``msgspec.json.decode(data, type=AnyRecordOrder)``."""


class BlockTimes(msgspec.Struct, frozen=True):
    """When the first and the last sample of a block were taken, UTC in ns."""

    first_unix_ns: int
    last_unix_ns: int


class KnownRecords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides an order about a record.

    ``find`` returns a session, open or stopped. ``holding`` returns the stopped sessions that
    hold positions of a pen; ``block_times`` those of the pen's block at a position, None
    if there is none. ``is_session``, ``make_session_id`` and ``make_nonce`` as in ``Known``.
    """

    open_sessions: Sequence[OpenSession]
    find: Callable[[str], Session | None]
    holding: Callable[[str, int, int], Sequence[Session]]
    block_times: Callable[[str, int], BlockTimes | None]
    is_session: Callable[[str], bool]
    make_session_id: Callable[[], str]
    make_nonce: Callable[[], str]
