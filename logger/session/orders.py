"""What a person may order, and what must be known to judge it.

The orders are JSON-able and tagged (``type``), so that they can travel as they are.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from logger.journal.kinds import Cartridge, Plan
from logger.session.model import HostMoment
from logger.session.summary import State

PlanKey = tuple[str, str]

INDICATIONS = (
    "stretch-marks",
    "cellulite",
    "scars",
    "uneven-texture",
    "fine-lines",
    "other",
)


class By(msgspec.Struct, frozen=True, kw_only=True):
    """The account whose holder signed in to give an order."""

    id: str
    name: str
    role: str


class Order(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of the orders; gives them one tag. ``by`` is None where nobody was asked to sign in."""

    by: By | None = None


class Start(Order, frozen=True, kw_only=True, tag="start"):
    """``plan`` is a name, or ``name@version`` where several versions are at hand.

    ``pen`` may be left out where exactly one is linked.
    """

    client: str
    practitioner: str
    side: str
    zone: str
    pen: str | None = None
    plan: str = ""
    indication: str = ""
    cartridge: Cartridge | None = None
    note: str = ""


class StartSegment(Order, frozen=True, kw_only=True, tag="segment"):
    """Here and below, ``session`` or ``pen`` may be left out where one session is open."""

    side: str
    zone: str
    session: str | None = None
    pen: str | None = None


class Pause(Order, frozen=True, kw_only=True, tag="pause"):
    session: str | None = None
    pen: str | None = None


class Resume(Order, frozen=True, kw_only=True, tag="resume"):
    session: str | None = None
    pen: str | None = None


class Stop(Order, frozen=True, kw_only=True, tag="stop"):
    session: str | None = None
    pen: str | None = None


class AddNote(Order, frozen=True, kw_only=True, tag="note"):
    """May also be added to a stopped session, named by its id."""

    text: str
    session: str | None = None
    pen: str | None = None


AnyOrder = Start | StartSegment | Pause | Resume | Stop | AddNote
"""For ``msgspec.json.decode(data, type=AnyOrder)``."""


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is not stopped, as rules need it.

    ``paused`` stays True through an interruption. ``broken_*`` say when and with which
    entry the interruption or lapse began; ``unassigned_*`` the first and last position of
    the pen's samples since the lapse. ``broken_at`` and ``active_at`` measure since when the
    pen is away and the motor off (or since when there is a session); None if not known.
    """

    id: str
    pen: str
    client: str
    side: str
    zone: str
    state: State
    paused: bool
    started_position: int
    started_unix_ns: int
    broken_position: int | None = None
    broken_unix_ns: int | None = None
    broken_at: HostMoment | None = None
    last_motor_on_position: int | None = None
    last_motor_on_unix_ns: int | None = None
    active_at: HostMoment | None = None
    unassigned_from: int | None = None
    unassigned_to: int | None = None


class KnownPen(msgspec.Struct, frozen=True, kw_only=True):
    """A pen that the recorder knows; only a linked one can start a session."""

    serial: str
    linked: bool
    simulated: bool


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides an order.

    ``plans`` are those of the clinic's file, ``used_plans`` the copies that earlier
    sessions hold. ``is_session`` tells whether a session of that id was ever started.
    ``make_session_id`` and ``make_nonce`` bring the randomness.
    """

    open_sessions: Sequence[OpenSession]
    pens: Mapping[str, KnownPen]
    plans: Mapping[PlanKey, Plan]
    used_plans: Mapping[PlanKey, Plan]
    is_session: Callable[[str], bool]
    make_session_id: Callable[[], str]
    make_nonce: Callable[[], str]
