"""When device time is tied to UTC anew, and to which time.

Pure: fed with pairs of host time and the newest device time that had arrived by then. What
arrives may have waited, and is never early: so an arrival alone ties only the first sample.
"""

from collections import deque
from dataclasses import dataclass, field

from drivers.model import Anchor, HostTime
from logger.recorder.clock_watch import STEP_LIMIT_NS, offset_ns

DRIFT_LIMIT_NS = 100_000_000
LATENCY_WINDOW_NS = 10_000_000_000
"""Delays on the way are never negative, so the least of a window shows the true offset."""
UNHEARD_NS = 5_000_000_000
"""After so long without a sample the window begins anew: what comes first may be old."""


@dataclass(slots=True)
class Anchoring:
    """Keeps the current anchor of one pen.

    ``number`` is the number of the pen's newest anchor, 0 before the first; the caller
    restores it from the journal, since sample times are unique only if it never repeats.
    """

    number: int = 0
    anchor: Anchor | None = None
    _host: HostTime | None = None
    _since_ns: int = 0
    _heard_ns: int = 0
    _lateness: deque[tuple[int, int]] = field(default_factory=deque)

    def follow(self, host: HostTime, device_us: int) -> tuple[Anchor, str | None]:
        """Return the anchor for samples that end at ``device_us``, and why it is a new one.

        The reason is None while the anchor stays. A step is the host's alone: against
        CLOCK_BOOTTIME the pen's time goes on as before, also that of samples which waited.
        """
        before, anchor = self._host, self.anchor
        self._host = host
        if before is None or anchor is None:
            self._listen_anew(host)
            return self._next(host.wall_ns, device_us), "link up"
        reason = _set_clock(before, host)
        stepped_ns = offset_ns(host) - offset_ns(before) if reason else 0
        kept_ns = (anchor.utc_us + device_us - anchor.device_us) * 1000 + stepped_ns
        off_ns = self._least_lateness(host, host.wall_ns - kept_ns)
        if reason is None and abs(off_ns) > DRIFT_LIMIT_NS:
            reason = "drift"
        if reason is None:
            return anchor, None
        self._lateness = deque((at_ns, late_ns - off_ns) for at_ns, late_ns in self._lateness)
        return self._next(kept_ns + off_ns, device_us), reason

    def _next(self, utc_ns: int, device_us: int) -> Anchor:
        self.number += 1
        self.anchor = Anchor(self.number, utc_ns // 1000, device_us)
        return self.anchor

    def _least_lateness(self, host: HostTime, late_ns: int) -> int:
        """Return ns by which arrivals were late at the least, over the window; < 0 if early."""
        if host.boottime_ns - self._heard_ns > UNHEARD_NS:
            self._listen_anew(host)
        self._heard_ns = host.boottime_ns
        window = self._lateness
        while window and window[-1][1] >= late_ns:
            window.pop()
        window.append((host.boottime_ns, late_ns))
        while window[0][0] < host.boottime_ns - LATENCY_WINDOW_NS:
            window.popleft()
        if late_ns < 0:
            return late_ns
        full = host.boottime_ns - self._since_ns >= LATENCY_WINDOW_NS
        return window[0][1] if full else 0

    def _listen_anew(self, host: HostTime) -> None:
        self._since_ns = self._heard_ns = host.boottime_ns
        self._lateness.clear()


def _set_clock(before: HostTime, host: HostTime) -> str | None:
    """Return what was done to the host's clock between two readings, None for nothing."""
    if host.synchronised and not before.synchronised:
        return "clock synchronised"
    if abs(offset_ns(host) - offset_ns(before)) > STEP_LIMIT_NS:
        return "clock step"
    return None
