"""One pen's time and order: counters and anchor together, and what they find missing.

Pure. Yields, beside the placed samples, the payloads that must stand before them in the
journal: anchors and gaps.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from drivers.model import Anchor, HostTime, Pen, SampleBlock, SampleRun
from drivers.profile import Profile
from logger.journal import kinds
from logger.recorder.anchoring import Anchoring
from logger.recorder.continuity import Continuity, Ordered
from logger.recorder.counting import Missing

WALL_TRUST_US = 7 * 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where a pen's record ended before this link.

    ``anchor_number`` is the pen's newest anchor; the last block is None where the pen
    was identified but sent no samples.
    """

    anchor_number: int
    boot_id: int | None = None
    last_sequence: int | None = None
    last_device_us: int | None = None
    last_unix_ns: int | None = None
    last_host: HostTime | None = None
    host_boot_id: str = ""
    counted: bool = False

    @classmethod
    def after(cls, block: SampleBlock, anchor_number: int) -> Self:
        """Return the resumption for a pen whose newest block is ``block``."""
        return cls(
            anchor_number=max(anchor_number, block.anchor.number),
            boot_id=block.boot_id,
            last_sequence=int(block.sequence[-1]),
            last_device_us=int(block.device_us[-1]),
            last_unix_ns=int(block.utc_ns()[-1]),
            last_host=block.host,
            host_boot_id=block.host_boot_id,
            counted=block.sequence_counted,
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A run in its place: rows to take, their numbers and times, and what goes before them.

    ``take`` is None for all rows as they came.
    """

    take: NDArray[np.intp] | None
    sequence: NDArray[np.int64]
    device_us: NDArray[np.int64]
    anchor: Anchor
    payloads: list[kinds.Payload]
    refused: dict[str, int]


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    time_unix_ns: int
    device_us: int | None
    payloads: list[kinds.Payload]


@dataclass(slots=True)
class Timeline:
    """Follows one pen through one link."""

    pen: Pen
    profile: Profile
    host_boot_id: str
    anchoring: Anchoring
    continuity: Continuity
    opened: HostTime
    _elapsed_us: int | None = None
    _gap: str | None = None
    _anchor_reason: str = "link up"
    _last_unix_ns: int | None = None
    _arrived_us: int = 0

    @classmethod
    def taken_up(
        cls,
        pen: Pen,
        profile: Profile,
        host_boot_id: str,
        host: HostTime,
        known: Resumption | None,
    ) -> Self:
        """Return the timeline of a link that just found ``pen``.

        A pen that still runs the boot in which it was last seen goes on with its
        counters, helped by the host's time since then; every other starts afresh.
        """
        line = cls(
            pen=pen,
            profile=profile,
            host_boot_id=host_boot_id,
            anchoring=Anchoring(number=known.anchor_number if known else 0),
            continuity=_fresh(pen, profile),
            opened=host,
        )
        if known is None or known.last_host is None:
            return line
        line._last_unix_ns = known.last_unix_ns
        if pen.boot_id is not None and pen.boot_id == known.boot_id and known.counted:
            line.continuity.last_sequence = known.last_sequence
            line.continuity.last_device_us = known.last_device_us
            line._elapsed_us = _elapsed_us(known, known.last_host, host, host_boot_id)
        else:
            line._gap = "unknown"
            if pen.boot_id != known.boot_id:
                line._anchor_reason = "pen boot"
        return line

    def reboot(self, pen: Pen) -> None:
        """Start afresh: the pen was powered up anew on this link."""
        self.pen = pen
        self.continuity = _fresh(pen, self.profile)
        self.anchoring.anchor = None
        self._anchor_reason, self._gap = "pen boot", "reboot"
        self._elapsed_us = None

    def goes_back(self, run: SampleRun) -> bool:
        """Tell whether a run can only come from another boot of the pen."""
        return self.continuity.goes_back(run.sequence, run.ticks_us)

    def place(self, run: SampleRun, host: HostTime, gap_cause: str) -> Placed:
        """Return the run in its place; ``host`` is when its newest sample was read.

        ``gap_cause`` is the cause of a gap at the start of the link.
        """
        resumed = self._elapsed_us is not None
        arrived_us = self._arrivals(len(run), host) if run.ticks_us is None else None
        ordered = self.continuity.accept(run.sequence, run.ticks_us, arrived_us, self._elapsed_us)
        payloads: list[kinds.Payload] = []
        if not len(ordered.sequence):
            return _placed(ordered, Anchor(0, 0, 0), payloads)
        self._elapsed_us = None
        anchor = self._anchor(host, int(ordered.device_us[-1]), payloads)
        if self._gap is not None:
            first_ns = anchor.utc_ns(int(ordered.device_us[0]))
            cause = gap_cause if self._gap == "unknown" else self._gap
            payloads.append(self._gap_payload(cause, None, self._last_unix_ns, first_ns))
            self._gap = None
        if ordered.missing:
            self._missing(ordered, gap_cause if resumed else "sequence", anchor, payloads)
        self._last_unix_ns = anchor.utc_ns(int(ordered.device_us[-1]))
        return _placed(ordered, anchor, payloads)

    def place_event(self, ticks_us: int | None, host: HostTime) -> PlacedEvent:
        """Return the UTC of an event by the pen's ticks, else by the host's clock."""
        payloads: list[kinds.Payload] = []
        if ticks_us is None:
            return PlacedEvent(host.wall_ns, None, payloads)
        device_us = self.continuity.event_device_us(ticks_us, self._elapsed_us)
        anchor = self.anchoring.anchor or self._anchor(host, device_us, payloads)
        return PlacedEvent(anchor.utc_ns(device_us), device_us, payloads)

    def _anchor(self, host: HostTime, device_us: int, payloads: list[kinds.Payload]) -> Anchor:
        """Return the anchor that holds for ``device_us``; a new one is told in ``payloads``."""
        anchor, reason = self.anchoring.follow(host, device_us)
        if reason is None:
            return anchor
        if reason == "link up":
            reason, self._anchor_reason = self._anchor_reason, "link up"
        payloads.append(
            kinds.AnchorSet(
                anchor=anchor,
                reason=reason,
                host=host,
                host_boot_id=self.host_boot_id,
                boot_id=self.pen.boot_id,
            )
        )
        return anchor

    def _missing(
        self, ordered: Ordered, first_cause: str, anchor: Anchor, payloads: list[kinds.Payload]
    ) -> None:
        before_ns = self._last_unix_ns
        for missing in ordered.missing:
            row = int(np.searchsorted(ordered.sequence, missing.last + 1))
            if row > 0:
                before_ns = anchor.utc_ns(int(ordered.device_us[row - 1]))
            after_ns = anchor.utc_ns(int(ordered.device_us[row]))
            cause = first_cause if row == 0 else "sequence"
            payloads.append(self._gap_payload(cause, missing, before_ns, after_ns))

    def _gap_payload(
        self, cause: str, missing: Missing | None, from_ns: int | None, to_ns: int
    ) -> kinds.Gap:
        return kinds.Gap(
            cause=cause,
            count=missing.count if missing else None,
            from_sequence=missing.first if missing else None,
            to_sequence=missing.last if missing else None,
            from_unix_ns=from_ns,
            to_unix_ns=to_ns,
            simulated=self.pen.simulated,
        )

    def _arrivals(self, length: int, host: HostTime) -> NDArray[np.int64]:
        """Return times for a pen without a clock: spread evenly since the last read."""
        end_us = max((host.boottime_ns - self.opened.boottime_ns) // 1000, 0)
        start_us, end_us = self._arrived_us, max(end_us, self._arrived_us + length)
        self._arrived_us = end_us
        return start_us + (np.arange(1, length + 1) * (end_us - start_us)) // max(length, 1)


def _placed(ordered: Ordered, anchor: Anchor, payloads: list[kinds.Payload]) -> Placed:
    return Placed(
        take=ordered.take,
        sequence=ordered.sequence,
        device_us=ordered.device_us,
        anchor=anchor,
        payloads=payloads,
        refused=ordered.refused,
    )


def _fresh(pen: Pen, profile: Profile) -> Continuity:
    return Continuity(
        sequence_modulus=profile.sequence_modulus,
        ticks_modulus_us=profile.ticks_modulus_us,
        period_us=pen.sample_period_us or profile.sample_period_us,
    )


def _elapsed_us(known: Resumption, last: HostTime, host: HostTime, host_boot_id: str) -> int:
    """Return the host's time since the newest sample.

    By boot time if the host still runs that boot, else by the wall clock, for want of
    better, and then at most :data:`WALL_TRUST_US`: a dead clock must not invent wraps.
    """
    if known.host_boot_id == host_boot_id:
        return max(0, (host.boottime_ns - last.boottime_ns) // 1000)
    by_wall_us = (host.wall_ns - last.wall_ns) // 1000
    return min(max(0, by_wall_us), WALL_TRUST_US)
