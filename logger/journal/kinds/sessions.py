"""What people did: sessions, segments, notes; and plans, as copied into sessions.

``account`` is the id of the account that was authenticated for the order, empty where none
was asked for.
"""

import msgspec

from logger.journal.kinds.clinical import ClinicalForm
from logger.journal.kinds.payload import Payload


class Cartridge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A single-use needle head as typed, scanned or told by the pen.

    ``udi`` is its GS1 scan text, from which ``gtin``, ``lot``, ``expiry`` (``YYYY-MM-DD``) and
    ``serial`` are taken where it tells them.
    """

    udi: str = ""
    lot: str = ""
    expiry: str = ""
    needle_count: int | None = None
    gtin: str = ""
    serial: str = ""


class ZoneLimit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plan's envelope for one zone; None means that the plan does not bound it.

    ``depth_tolerance_mm`` makes the measured depth count too: it may exceed
    ``depth_max_mm`` by so much.
    """

    zone: str
    depth_max_mm: float | None = None
    rate_max_hz: float | None = None
    rate_min_hz: float | None = None
    depth_tolerance_mm: float | None = None
    passes: int | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clinic's envelope, as copied into a session. ``interval_days`` between sessions."""

    name: str
    version: str
    zones: tuple[ZoneLimit, ...]
    interval_days: int | None = None
    note: str = ""


class SessionStarted(Payload, frozen=True, kw_only=True):
    """``client`` is the clinic's own code, ``practitioner`` an account id or code."""

    session: str
    pen: str
    client: str
    practitioner: str
    side: str
    zone: str
    nonce: str
    simulated: bool = False
    plan: Plan | None = None
    indication: str = ""
    cartridge: Cartridge | None = None
    note: str = ""
    account: str = ""


class SegmentStarted(Payload, frozen=True, kw_only=True):
    session: str
    side: str
    zone: str
    account: str = ""


class SessionPaused(Payload, frozen=True, kw_only=True):
    session: str
    account: str = ""


class SessionResumed(Payload, frozen=True, kw_only=True):
    """By order of a person, who may adopt what came between.

    ``adopted_from`` and ``adopted_to`` name the first and last position of the
    unassigned entries of this pen that become the session's; None where there are none.
    """

    session: str
    adopted_from: int | None = None
    adopted_to: int | None = None
    account: str = ""


class SessionInterrupted(Payload, frozen=True, kw_only=True):
    """The link or the recorder went while the session was open."""

    session: str
    reason: str


class SessionContinued(Payload, frozen=True, kw_only=True):
    """The same pen was back in time and the session goes on by itself."""

    session: str
    after_s: float


class SessionLapsed(Payload, frozen=True, kw_only=True):
    """The pen was not back in time: what follows is unassigned until someone resumes or stops."""

    session: str
    after_s: float


class SessionCarried(Payload, frozen=True, kw_only=True):
    """An open session goes on in this file, because the one before was set aside.

    ``started`` is the session's first entry over again, at its former position and time;
    the rest is how the session stood then.
    """

    session: str
    started: SessionStarted
    started_position: int
    started_unix_ns: int
    started_by: str
    side: str
    zone: str
    paused: bool = False
    lapsed: bool = False
    clinical: ClinicalForm | None = None


class SessionNote(Payload, frozen=True, kw_only=True):
    session: str
    text: str
    nonce: str
    account: str = ""


class SessionStopped(Payload, frozen=True, kw_only=True):
    """``reason``: ``ordered`` or ``forgotten`` (closed by the service).

    ``ended_unix_ns`` and ``ended_position`` are set where the session ended earlier than
    this entry: a forgotten one at its last motor-on, a lapsed one where its pen went.
    """

    session: str
    reason: str
    ended_unix_ns: int | None = None
    ended_position: int | None = None
    account: str = ""
