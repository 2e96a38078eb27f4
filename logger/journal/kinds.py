"""Every kind of entry and its payload, declared once.

A payload is the JSON of the struct registered for its kind, but for ``samples``,
whose payload is a block (``logger.journal.blocks``). Unknown fields are ignored on
reading, so that a newer writer's entries stay readable. ``docs/journal.md`` lists the
kinds for people.

A struct that says something of a person carries a ``nonce``: once its payload is
erased, the hash that stays behind cannot be tried against guesses.
"""

import msgspec

from drivers.model import Anchor, ColumnLayout, HostTime, Pen, PenEvent
from logger.errors import JournalError

SAMPLES = "samples"


class Payload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all payloads; gives them one encoding."""


class JournalOpened(Payload, frozen=True, kw_only=True):
    """First entry of each file. ``reason``: ``new``, ``restored`` or ``corrupt``.

    A predecessor that was set aside lies under the file name ``set_aside``, and ``detail``
    tells what was wrong with it. Its position and hash are those of the last commit known.
    """

    journal: str
    reason: str
    predecessor: str | None = None
    predecessor_position: int | None = None
    predecessor_hash: str | None = None
    set_aside: str = ""
    detail: str = ""


class PenCarried(Payload, frozen=True, kw_only=True):
    """Where a pen's record ended in the file that was set aside, as far as it could be read."""

    anchor_number: int
    boot_id: int | None = None
    last_sequence: int | None = None
    last_device_us: int | None = None
    last_unix_ns: int | None = None
    last_host: HostTime | None = None
    host_boot_id: str = ""
    counted: bool = False


class ServiceStarted(Payload, frozen=True, kw_only=True):
    version: str
    host_boot_id: str
    host: HostTime
    site: str
    settings_hash: str


class ServiceStopped(Payload, frozen=True, kw_only=True):
    reason: str


class DiskLevel(Payload, frozen=True, kw_only=True):
    """``level`` of the room on the drive is now ``good``, ``low`` or ``full``, by the settings."""

    level: str
    free_bytes: int


class LinkUp(Payload, frozen=True, kw_only=True):
    """A port was opened and a pen identified on it."""

    port: str
    profile: str
    profile_hash: str
    simulated: bool = False


class LinkLost(Payload, frozen=True, kw_only=True):
    """``reason``: ``unplugged``, ``silent``, ``unreadable``, ``another pen`` or ``stopped``."""

    port: str
    reason: str
    detail: str = ""


class PenIdentified(Payload, frozen=True, kw_only=True):
    """The pen as it presents itself, and how its raw columns become channels."""

    pen: Pen
    layouts: tuple[ColumnLayout, ...] = ()


class PenRebooted(Payload, frozen=True, kw_only=True):
    boot_id_before: int | None
    boot_id: int | None


class AnchorSet(Payload, frozen=True, kw_only=True):
    """``reason``: ``link up``, ``pen boot``, ``clock step``, ``clock synchronised``, ``drift``."""

    anchor: Anchor
    reason: str
    host: HostTime
    host_boot_id: str
    boot_id: int | None = None


class ClockChanged(Payload, frozen=True, kw_only=True):
    """The host's clock is another than the journal last told.

    ``reason``: ``step``, ``synchronised``, ``unsynchronised``, or ``no recorder`` where a
    command that appends by itself tells it. ``step_ns`` is how far UTC jumped against
    CLOCK_BOOTTIME, below 0 if back.
    """

    reason: str
    host: HostTime
    host_boot_id: str
    step_ns: int = 0


class PenEventSeen(Payload, frozen=True, kw_only=True):
    """``device_us`` is unwrapped; ``time_unix_ns`` its UTC by the anchor, if the pen told ticks."""

    event: PenEvent
    time_unix_ns: int
    device_us: int | None = None
    simulated: bool = False


class Gap(Payload, frozen=True, kw_only=True):
    """Samples known to be missing.

    ``count`` is None where nobody can tell how many. ``cause``: ``sequence`` (numbers
    jumped), ``link``, ``reboot``, ``restart`` (the recorder was not running), ``disk`` (they
    came, and there was room for them neither on the drive nor in memory).
    ``from_sequence`` and ``to_sequence`` are the first and last missing number, both
    included. Times are UTC of the last sample before and the first after.
    """

    cause: str
    count: int | None
    from_sequence: int | None = None
    to_sequence: int | None = None
    from_unix_ns: int | None = None
    to_unix_ns: int | None = None
    simulated: bool = False


class FramesRefused(Payload, frozen=True, kw_only=True):
    """What the line yielded besides good frames, since the last such entry.

    ``refused`` counts frames and ``discarded`` counts bytes, by cause
    (``drivers.counters``); ``examples`` holds some of them as hex.
    """

    refused: dict[str, int]
    discarded: dict[str, int]
    examples: tuple[str, ...] = ()


class Cartridge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A single-use needle head as typed, scanned or told by the pen."""

    udi: str = ""
    lot: str = ""
    expiry: str = ""
    needle_count: int | None = None


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


class SegmentStarted(Payload, frozen=True, kw_only=True):
    session: str
    side: str
    zone: str


class SessionPaused(Payload, frozen=True, kw_only=True):
    session: str


class SessionResumed(Payload, frozen=True, kw_only=True):
    """By order of a person, who may adopt what came between.

    ``adopted_from`` and ``adopted_to`` name the first and last position of the
    unassigned entries of this pen that become the session's; None where there are none.
    """

    session: str
    adopted_from: int | None = None
    adopted_to: int | None = None


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


class SessionNote(Payload, frozen=True, kw_only=True):
    session: str
    text: str
    nonce: str


class SessionStopped(Payload, frozen=True, kw_only=True):
    """``reason``: ``ordered`` or ``forgotten`` (closed by the service).

    ``ended_unix_ns`` and ``ended_position`` are set where the session ended earlier than
    this entry: a forgotten one at its last motor-on, a lapsed one where its pen went.
    """

    session: str
    reason: str
    ended_unix_ns: int | None = None
    ended_position: int | None = None


class DeliveryRejected(Payload, frozen=True, kw_only=True):
    """A sink refused ``count`` items for good; ``kept`` of them lie in quarantine, or all if None.

    There is room for so many only; what they were made from stays in the journal.
    """

    sink: str
    count: int
    from_position: int
    to_position: int
    reason: str
    kept: int | None = None


class QueueReplayed(Payload, frozen=True, kw_only=True):
    """A person set a sink's cursor back."""

    sink: str
    from_position: int
    to_position: int


class QueueRetried(Payload, frozen=True, kw_only=True):
    """A person had quarantined items offered again: these were accepted and left the quarantine.

    ``items`` are their numbers, ``positions`` the entries that they were made from.
    """

    sink: str
    items: tuple[int, ...]
    positions: tuple[int, ...]


class QueueDropped(Payload, frozen=True, kw_only=True):
    """A person took items out of quarantine that the receiver never accepted, and why."""

    sink: str
    items: tuple[int, ...]
    positions: tuple[int, ...]
    reason: str
    nonce: str


class QueueGivenUp(Payload, frozen=True, kw_only=True):
    """A person gave up what was not delivered yet, first to last position, and why."""

    sink: str
    from_position: int
    to_position: int
    reason: str
    nonce: str


KINDS: dict[str, type[Payload]] = {
    "journal.opened": JournalOpened,
    "pen.carried": PenCarried,
    "service.started": ServiceStarted,
    "service.stopped": ServiceStopped,
    "service.disk": DiskLevel,
    "link.up": LinkUp,
    "link.lost": LinkLost,
    "pen.identified": PenIdentified,
    "pen.rebooted": PenRebooted,
    "pen.event": PenEventSeen,
    "anchor.set": AnchorSet,
    "clock.changed": ClockChanged,
    "gap": Gap,
    "frames.refused": FramesRefused,
    "session.started": SessionStarted,
    "segment.started": SegmentStarted,
    "session.paused": SessionPaused,
    "session.resumed": SessionResumed,
    "session.interrupted": SessionInterrupted,
    "session.continued": SessionContinued,
    "session.lapsed": SessionLapsed,
    "session.carried": SessionCarried,
    "session.note": SessionNote,
    "session.stopped": SessionStopped,
    "delivery.rejected": DeliveryRejected,
    "queue.replayed": QueueReplayed,
    "queue.retried": QueueRetried,
    "queue.dropped": QueueDropped,
    "queue.given_up": QueueGivenUp,
}
"""The payload of every kind but ``samples``."""

_KIND_OF = {payload: kind for kind, payload in KINDS.items()}
_ENCODER = msgspec.json.Encoder()
_DECODERS = {kind: msgspec.json.Decoder(payload) for kind, payload in KINDS.items()}

SESSION_KINDS = tuple(k for k in KINDS if k.startswith(("session.", "segment.")))


def kind_of(payload: Payload) -> str:
    """Return the kind under which ``payload`` is journaled."""
    return _KIND_OF[type(payload)]


def encode(payload: Payload) -> bytes:
    """Return the payload's bytes as they are journaled and hashed."""
    return _ENCODER.encode(payload)


def decode(kind: str, payload: bytes) -> Payload:
    """Return the payload of an entry of ``kind``.

    ``KeyError`` for a kind that is not known here, JournalError for a payload that is none.
    """
    try:
        decoded: Payload = _DECODERS[kind].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise JournalError(f"this is no payload of {kind}: {error}") from error
    return decoded
