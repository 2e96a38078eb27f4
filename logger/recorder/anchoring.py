"""When device time is tied to UTC anew, and by how much the host's clock must be off.

Pure: fed with pairs of host time and the newest device time that had arrived by then.
"""

from collections import deque
from dataclasses import dataclass, field

from drivers.model import Anchor, HostTime

DRIFT_LIMIT_NS = 100_000_000
STEP_LIMIT_NS = 100_000_000
LATENCY_WINDOW_NS = 10_000_000_000
"""Delays on the way are never negative, so the least of a window shows the true offset."""


@dataclass(slots=True)
class Anchoring:
    """Keeps the current anchor of one pen.

    ``number`` is the number of the pen's newest anchor, 0 before the first; the caller
    restores it from the journal, since sample times are unique only if it never repeats.
    """

    number: int = 0
    anchor: Anchor | None = None
    _host: HostTime | None = None
    _set_ns: int = 0
    _lateness: deque[tuple[int, int]] = field(default_factory=deque)

    def set(self, host: HostTime, device_us: int) -> Anchor:
        """Set and return a new anchor: ``device_us`` happened at ``host``."""
        self.number += 1
        self.anchor = Anchor(self.number, host.wall_ns // 1000, device_us)
        self._host = host
        self._set_ns = host.boottime_ns
        self._lateness.clear()
        return self.anchor

    def reason_to_move(self, host: HostTime, device_us: int) -> str | None:
        """Return why a new anchor is due for samples that end at ``device_us``, or None."""
        before, anchor = self._host, self.anchor
        if before is None or anchor is None:
            return "link up"
        self._host = host
        stepped_ns = (host.wall_ns - host.boottime_ns) - (before.wall_ns - before.boottime_ns)
        if host.synchronised and not before.synchronised:
            return "clock synchronised"
        if abs(stepped_ns) > STEP_LIMIT_NS:
            return "clock step"
        if abs(self._least_lateness(host, anchor, device_us)) > DRIFT_LIMIT_NS:
            return "drift"
        return None

    def _least_lateness(self, host: HostTime, anchor: Anchor, device_us: int) -> int:
        """Return ns by which arrivals were late at the least, over the window; < 0 if early."""
        late_ns = host.wall_ns - (anchor.utc_us + device_us - anchor.device_us) * 1000
        window = self._lateness
        while window and window[-1][1] >= late_ns:
            window.pop()
        window.append((host.boottime_ns, late_ns))
        while window[0][0] < host.boottime_ns - LATENCY_WINDOW_NS:
            window.popleft()
        if late_ns < 0:
            return late_ns
        full = host.boottime_ns - self._set_ns >= LATENCY_WINDOW_NS
        return window[0][1] if full else 0
