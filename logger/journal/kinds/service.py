"""What the service tells of itself: its journal, its starts, its clock and its drive."""

from typing import Any

import msgspec

from drivers.model import HostTime
from logger.journal.kinds.payload import Payload


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


class ServiceStarted(Payload, frozen=True, kw_only=True):
    """``settings`` are those of pens and recording; the hash is that of all but the secrets."""

    version: str
    host_boot_id: str
    host: HostTime
    site: str
    settings_hash: str
    settings: dict[str, Any] = msgspec.field(default_factory=dict)


class ServiceStopped(Payload, frozen=True, kw_only=True):
    reason: str


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


class DiskLevel(Payload, frozen=True, kw_only=True):
    """``level`` of the room on the drive is now ``good``, ``low`` or ``full``, by the settings."""

    level: str
    free_bytes: int
