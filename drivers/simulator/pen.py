"""A pen without hardware: time goes in, wire bytes come out; no I/O, no clock of its own."""

from bisect import bisect_right
from collections.abc import Sequence

from drivers.model import Pen, SampleRun
from drivers.profile import Profile
from drivers.simulator.burst import Burst, concatenate
from drivers.simulator.faults import Fault
from drivers.simulator.firmware import Firmware
from drivers.simulator.settings import PenSettings
from drivers.simulator.stream_faults import stream_faults


class VirtualPen:
    """Plays a session as the bytes of ``profile``; all times are simulated µs since power-up.

    The bytes depend on settings and faults alone, not on the steps in which time advances
    (but for answers to IDENTIFY, which come when they are asked for).
    """

    def __init__(
        self, profile: Profile, settings: PenSettings, faults: Sequence[Fault] = ()
    ) -> None:
        self.profile = profile
        self.settings = settings
        self._firmware = Firmware(profile, settings, faults)
        self._unplugs = [fault.window for fault in faults if fault.name == "unplug"]
        self._stream_faults = stream_faults(faults, settings.seed, profile.port.baud_rate)
        self._block = concatenate([])
        self._due_us: list[int] = []
        self._taken = 0
        self._asked = b""
        self._answers = 0

    @property
    def identity(self) -> Pen:
        """Return the pen as it presents itself now."""
        return self._firmware.identity

    @property
    def boot_id(self) -> int:
        """Return the id of the present boot."""
        return self._firmware.boot_id

    def samples(self, first: int, count: int) -> SampleRun:
        """Return samples of this boot by their number since power-up, as the wire has them."""
        return self._firmware.run(first, count)

    def advance(self, to_us: int) -> bytes:
        """Return the bytes that the line carries from the last call until ``to_us``, included."""
        return self.burst(to_us).data()

    def burst(self, to_us: int) -> Burst:
        """Return the same frame by frame, with a record of each, faults applied."""
        parts = [self._firmware.introduction(to_us) for _ in range(self._answers)]
        self._answers = 0
        while True:
            stop = bisect_right(self._due_us, to_us, self._taken)
            if stop > self._taken:
                parts.append(self._block.slice(self._taken, stop))
                self._taken = stop
            if self._firmware.made_until_us > to_us:
                break
            self._next_block()
        burst = parts[0] if len(parts) == 1 else concatenate(parts)
        for fault in self._stream_faults:
            burst = fault.apply(burst)
        return burst

    def next_due_us(self) -> int:
        """Return when the next frame is due."""
        while self._taken >= len(self._block):
            self._next_block()
        return self._due_us[self._taken]

    def write(self, data: bytes) -> None:
        """Take bytes from the host; each request for IDENTITY is answered first thing next."""
        request = self.profile.identify
        if not request:
            return
        self._asked += data
        self._answers += self._asked.count(request)
        rest = self._asked.rpartition(request)[2]
        self._asked = rest[max(0, len(rest) - len(request) + 1) :]

    def plugged_at(self, time_us: int) -> bool:
        """Return whether the cable is in."""
        return not any(window.open_at(time_us) for window in self._unplugs)

    def _next_block(self) -> None:
        self._block = self._firmware.next_block()
        self._due_us = self._block.records["due_us"].tolist()
        self._taken = 0
