"""What drivers hand on: layouts, pens, blocks of samples and pen events.

Everything here is frozen; numbers carry their unit in the name. The pipeline
moves blocks of columns, never single samples. numpy, which takes a tenth of a second to
import, is needed by who makes columns, not by who only reads what is said of pens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_Times = TypeVar("_Times", int, "NDArray[np.int64]")
_Drawn = TypeVar("_Drawn", "NDArray[np.float32]", "NDArray[np.float64]")

SIMULATED_PREFIX = "SIM-"
"""Serial numbers that begin so are never a real pen's."""


def is_simulated(serial: str) -> bool:
    """Return whether a pen of this serial number is simulated."""
    return serial.startswith(SIMULATED_PREFIX)


class Flag(IntFlag):
    """Canonical status bits; a profile maps its own bits to these."""

    MOTOR_ON = 1
    CONTACT = 2
    CONTACT_SENSED = 4
    CARTRIDGE_SEATED = 8
    FAULT = 16


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """How a raw column becomes a channel: ``(raw * numerator + addend) / denominator``.

    One rational step, so that a value has exactly one rounding: 1478 µm is 1.478 mm
    to the last bit. ``absent`` is the raw value that means "not measured".
    ``raw_unit`` is the unit as the pen sends it.
    """

    channel: str
    raw_unit: str
    numerator: int = 1
    addend: int = 0
    denominator: int = 1
    absent: int | None = None

    def values(self, raw: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return ``raw`` in the channel's unit, float64 [n], NaN where absent."""
        return self._in_unit(raw, raw.astype("float64"))

    def drawn(self, raw: NDArray[np.generic]) -> NDArray[np.float32]:
        """Return the same as float32, as true as a screen can show, in half the time."""
        return self._in_unit(raw, raw.astype("float32"))

    def _in_unit(self, raw: NDArray[np.generic], scaled: _Drawn) -> _Drawn:
        # In place: to fill fresh memory costs more than the sums.
        if (self.numerator, self.addend, self.denominator) != (1, 0, 1):
            scaled *= self.numerator
            scaled += self.addend
            scaled /= self.denominator
        if self.absent is not None:
            scaled[raw == self.absent] = math.nan
        return scaled


@dataclass(frozen=True, slots=True)
class Pen:
    """A handpiece as it presents itself, or as the settings name it.

    ``boot_id`` is None for a pen that does not tell its power-ups apart.
    ``sample_period_us`` is None where neither pen nor profile knows it.
    """

    serial: str
    model: str
    firmware: str
    boot_id: int | None
    depth_max_mm: float | None
    rate_max_hz: float | None
    sample_period_us: int | None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class SampleRun:
    """Consecutive sample frames as the wire had them, as columns of one length n.

    ``sequence`` int64 [n], still wrapped; None where the pen counts nothing.
    ``ticks_us`` int64 [n], still wrapped; None where the pen has no clock.
    ``columns`` raw int64 or float64 [n] by channel name, laid out by ``layouts``.
    ``status`` uint8 [n] of :class:`Flag`; only the bits in ``flags_known`` mean anything.
    """

    sequence: NDArray[np.int64] | None
    ticks_us: NDArray[np.int64] | None
    layouts: tuple[ColumnLayout, ...]
    columns: Mapping[str, NDArray[np.generic]]
    status: NDArray[np.uint8]
    flags_known: Flag

    def __len__(self) -> int:
        return len(self.status)


@dataclass(frozen=True, slots=True)
class PenEvent:
    """Something the pen said besides samples.

    ``name`` is one of ``depth_dial``, ``rate_dial``, ``motor``, ``cartridge_seated``,
    ``fault``, ``button``, ``cartridge``, ``text``. ``value`` is in the unit that
    ``unit`` names (canonical: mm, Hz, or empty for switches); ``text`` holds a firmware
    line or the cartridge's UDI; ``raw`` the value as sent. ``number`` is the pen's own
    count of events and ``ticks_us`` its time, still wrapped; None where not told.
    """

    name: str
    value: float | None = None
    unit: str = ""
    text: str = ""
    raw: int | None = None
    number: int | None = None
    ticks_us: int | None = None
    needle_count: int | None = None
    needle_gauge: int | None = None


Message = SampleRun | Pen | PenEvent
"""What a decoder yields, in the order of the wire."""


class HostTime(msgspec.Struct, frozen=True, gc=False):
    """One reading of the host's clocks.

    ``wall_ns`` UTC since 1970, ``boottime_ns`` CLOCK_BOOTTIME (counts through
    suspend, never steps), ``synchronised`` whether the kernel holds the wall clock
    for disciplined.
    """

    wall_ns: int
    boottime_ns: int
    synchronised: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """Ties device time to UTC: ``utc_us + (device_us - self.device_us)``.

    ``number`` counts the anchors of a pen. Its last three digits stand in the
    nanosecond digits of every sample time, so that no two anchors of a pen can
    give two samples the same time, even when the clock was set back between them.
    """

    number: int
    utc_us: int
    device_us: int

    def utc_ns(self, device_us: _Times) -> _Times:
        """Return UTC in ns for unwrapped device times in µs, int64 [n], or for a single one."""
        return (device_us + (self.utc_us - self.device_us)) * 1000 + self.number % 1000


@dataclass(frozen=True, slots=True)
class SampleBlock:
    """What one commit interval yielded of one pen and one boot, as columns of length n ≥ 1.

    ``sequence`` and ``device_us`` int64 [n], unwrapped, strictly increasing.
    ``sequence_counted`` is True where the pen's own numbers stand in ``sequence``,
    False where the recorder counted arrivals (then no gap can be seen).
    ``host`` is the clock reading at the last read, ``host_boot_id`` the machine's boot.
    The rest is as in :class:`SampleRun`.
    """

    pen: str
    boot_id: int | None
    simulated: bool
    sequence: NDArray[np.int64]
    sequence_counted: bool
    device_us: NDArray[np.int64]
    layouts: tuple[ColumnLayout, ...]
    columns: Mapping[str, NDArray[np.generic]]
    status: NDArray[np.uint8]
    flags_known: Flag
    anchor: Anchor
    host: HostTime
    host_boot_id: str
    _utc_ns: list[NDArray[np.int64]] = field(default_factory=list, init=False, compare=False)

    def __len__(self) -> int:
        return len(self.status)

    def values(self, channel: str) -> NDArray[np.float64] | None:
        """Return the channel in its canonical unit, float64 [n], NaN where absent.

        None where the pen does not send the channel at all.
        """
        for layout in self.layouts:
            if layout.channel == channel:
                return layout.values(self.columns[channel])
        return None

    def utc_ns(self) -> NDArray[np.int64]:
        """Return the time of every sample, UTC in ns, int64 [n], strictly increasing, read-only."""
        if not self._utc_ns:
            times_ns = self.anchor.utc_ns(self.device_us)
            times_ns.flags.writeable = False
            self._utc_ns.append(times_ns)
        return self._utc_ns[0]

    def motor_on(self) -> NDArray[np.bool_]:
        """Return where the motor ran, bool [n].

        From the status bit; where the pen has none, from a rate above zero; where it
        tells neither, everywhere.
        """
        if self.flags_known & Flag.MOTOR_ON:
            return _is_set(self.status, Flag.MOTOR_ON)
        rate = self.values("rate_hz")
        if rate is None:
            return self.status >= 0  # all of them: it has no sign
        return rate > 0

    def contact(self) -> NDArray[np.bool_] | None:
        """Return where the needles touched skin, bool [n]; None where the pen cannot sense it."""
        if not self.flags_known & Flag.CONTACT:
            return None
        told = self.flags_known & Flag.CONTACT_SENSED
        if told and not _is_set(self.status, Flag.CONTACT_SENSED).any():
            return None
        return _is_set(self.status, Flag.CONTACT)


def _is_set(status: NDArray[np.uint8], flag: Flag) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (status & flag) != 0
    return found
