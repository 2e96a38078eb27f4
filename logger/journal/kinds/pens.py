"""What is told of pens beside their samples: links, identities, anchors, events, gaps."""

from drivers.model import Anchor, ColumnLayout, HostTime, Pen, PenEvent
from logger.journal.kinds.payload import Payload


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


class PenRebooted(Payload, frozen=True, kw_only=True):
    boot_id_before: int | None
    boot_id: int | None


class AnchorSet(Payload, frozen=True, kw_only=True):
    """``reason``: ``link up``, ``pen boot``, ``clock step``, ``clock synchronised``, ``drift``.

    ``host`` is the reading that found it due; what had waited was made before that.
    """

    anchor: Anchor
    reason: str
    host: HostTime
    host_boot_id: str
    boot_id: int | None = None


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


class PenChecked(Payload, frozen=True, kw_only=True):
    """Somebody measured with a gauge how far the needles of the pen stand out.

    ``depth_set_mm`` is what the pen was set to, ``gauge_mm`` what the gauge showed; ``gauge``
    is the gauge's own number. ``account`` is the id of whoever signed in to say so, and
    ``at_unix_ns`` when it was measured, UTC, as told. ``remark`` is free text.
    """

    account: str
    depth_set_mm: float
    gauge_mm: float
    gauge: str
    at_unix_ns: int
    nonce: str
    remark: str = ""
