"""When device time is tied to UTC anew, and by how much the host's clock must be off.

Pure: fed with pairs of host time and the newest device time that had arrived by then.
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

    def set(self, host: HostTime, device_us: int) -> Anchor:
        """Set and return a new anchor: ``device_us`` happened at ``host``."""
        self.number += 1
        self.anchor = Anchor(self.number, host.wall_ns // 1000, device_us)
        self._host = host
        self._listen_anew(host)
        return self.anchor

    def reason_to_move(self, host: HostTime, device_us: int) -> str | None:
        """Return why a new anchor is due for samples that end at ``device_us``, or None."""
        before, anchor = self._host, self.anchor
        if before is None or anchor is None:
            return "link up"
        self._host = host
        stepped_ns = offset_ns(host) - offset_ns(before)
        if host.synchronised and not before.synchronised:
            return "clock synchronised"
        if abs(stepped_ns) > STEP_LIMIT_NS:
            return "clock step"
        if abs(self._least_lateness(host, anchor, device_us)) > DRIFT_LIMIT_NS:
            return "drift"
        return None

    def _least_lateness(self, host: HostTime, anchor: Anchor, device_us: int) -> int:
        """Return ns by which arrivals were late at the least, over the window; < 0 if early."""
        if host.boottime_ns - self._heard_ns > UNHEARD_NS:
            self._listen_anew(host)
        self._heard_ns = host.boottime_ns
        late_ns = host.wall_ns - (anchor.utc_us + device_us - anchor.device_us) * 1000
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
