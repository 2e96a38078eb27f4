"""The inside of the simulated pen: boots, samples by its own clock, says what changes."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from drivers.encoder import Encoder
from drivers.model import Pen, PenEvent, SampleRun
from drivers.profile import Profile
from drivers.simulator.burst import NO_SAMPLE, Burst, concatenate, merge, records
from drivers.simulator.clock import PenClock, PowerPlan
from drivers.simulator.columns import sample_run
from drivers.simulator.course import DEPTH_MAX_MM
from drivers.simulator.faults import Fault
from drivers.simulator.script import US_PER_S
from drivers.simulator.settings import PenSettings
from drivers.simulator.signals import RATE_MAX_HZ, SignalSource

NEEDLE_COUNT = 14
NEEDLE_GAUGE = 33
IDENTITY_EVERY_US = 5 * US_PER_S

_BLOCK_SAMPLES = (64, 1024)
_UNITS = {"depth_dial": "mm", "rate_dial": "Hz"}
_Said = Iterator[tuple[int, bytes | None]]


class Firmware:
    """Makes blocks of frames ahead of time, up to ``made_until_us`` (not included)."""

    def __init__(self, profile: Profile, settings: PenSettings, faults: Sequence[Fault]) -> None:
        self.made_until_us = 0
        self._profile = profile
        self._settings = settings
        self._block_samples = int(np.clip(settings.rate_hz, *_BLOCK_SAMPLES))
        self._encoder = Encoder(profile)
        self._signals = SignalSource(
            settings.script,
            settings.seed,
            cartridges_used=settings.cartridges_used,
            cartridge_expiry=settings.cartridge_expiry,
            wear_mm=settings.wear_mm,
        )
        self._power = PowerPlan(faults)
        self._boot_ids = np.random.default_rng([settings.seed, 2])
        self._change_us = self._power.next_change_us(0)
        self._on = not self._power.off_at(0)
        self._boot(settings.boot_id, settings.start_tick_us, settings.start_sequence)

    def _boot(self, boot_id: int | None, start_tick_us: int, start_sequence: int) -> None:
        drawn = int(self._boot_ids.integers(1, 2**32))
        self.boot_id = drawn if boot_id is None else boot_id
        self._boot_us = self.made_until_us
        self._clock = PenClock(self._boot_us, 0, self._power.ahead_at(self._boot_us))
        self._start_tick_us = start_tick_us
        self._start_sequence = start_sequence
        self._samples = 0
        self._events = 0

    @property
    def identity(self) -> Pen:
        """Return the pen as it presents itself in this boot."""
        return Pen(
            serial=self._settings.serial,
            model="SIM-PEN",
            firmware="1.0.0",
            boot_id=self.boot_id,
            depth_max_mm=DEPTH_MAX_MM,
            rate_max_hz=RATE_MAX_HZ,
            sample_period_us=self._settings.period_us,
            simulated=True,
        )

    def run(self, first: int, count: int) -> SampleRun:
        """Return samples of this boot by their number since power-up, as the wire has them."""
        numbers = np.arange(first, first + count, dtype=np.int64)
        device_us = numbers * self._settings.period_us
        return sample_run(
            self._profile,
            self._signals.at(self._clock.time_of(device_us)),
            self._start_sequence + numbers,
            self._start_tick_us + device_us,
        )

    def introduction(self, time_us: int) -> Burst:
        """Return IDENTITY and, if one is seated, CARTRIDGE; empty while the pen is off."""
        return self._burst(self._introduce(time_us) if self._on else iter(()))

    def next_block(self) -> Burst:
        """Return the frames from ``made_until_us`` on and move it; a boot ends the block."""
        start_us = self.made_until_us
        if start_us == self._change_us:
            self._change(start_us)
        if self._on:
            samples = self._samples_until(self._change_us)
            return merge(samples, self._said(start_us, self.made_until_us))
        if self._change_us is None:
            raise AssertionError("a pen that is off comes back")
        self.made_until_us = self._change_us
        return concatenate([])

    def _change(self, time_us: int) -> None:
        was_on, self._on = self._on, not self._power.off_at(time_us)
        self._change_us = self._power.next_change_us(time_us)
        if self._on and not was_on:
            self._boot(None, 0, 0)
        device_us = self._clock.device_at(time_us)
        self._clock = PenClock(time_us, device_us, self._power.ahead_at(time_us))

    def _samples_until(self, change_us: int | None) -> Burst:
        first, count = self._samples, self._block_samples
        numbers = np.arange(first, first + count + 1, dtype=np.int64)
        due_us = self._clock.time_of(numbers * self._settings.period_us)
        self.made_until_us = int(due_us[count])
        if change_us is not None and change_us <= self.made_until_us:
            count = int(np.searchsorted(due_us[:count], change_us))
            self.made_until_us = change_us
        frames = self._encoder.samples(self.run(first, count)) if count else []
        self._samples += count
        sequence = self._start_sequence + numbers[:count]
        return Burst(frames, records(sequence, due_us[:count], self.boot_id))

    def _said(self, start_us: int, until_us: int) -> Burst:
        """Return identities and events of ``[start_us, until_us)`` in their order."""
        said = [*self._introductions(start_us, until_us), *self._reports(start_us, until_us)]
        return self._burst(sorted(said, key=lambda item: item[0]))

    def _introductions(self, start_us: int, until_us: int) -> _Said:
        passed = -(-(start_us - self._boot_us) // IDENTITY_EVERY_US)
        for due_us in range(
            self._boot_us + passed * IDENTITY_EVERY_US, until_us, IDENTITY_EVERY_US
        ):
            yield from self._introduce(due_us)

    def _introduce(self, time_us: int) -> _Said:
        yield time_us, self._encoder.identity(self.identity)
        yield from self._cartridge(time_us)

    def _cartridge(self, time_us: int) -> _Said:
        udi = self._signals.cartridge_at(time_us)
        if udi is not None:
            event = PenEvent(
                "cartridge",
                text=udi,
                ticks_us=self._ticks_at(time_us),
                needle_count=NEEDLE_COUNT,
                needle_gauge=NEEDLE_GAUGE,
            )
            yield time_us, self._encoder.event(event)

    def _reports(self, start_us: int, until_us: int) -> _Said:
        if start_us <= self._boot_us < until_us:
            greeting = PenEvent("text", text="simulated pen ready")
            yield self._boot_us, self._encoder.event(greeting)
        for turn in self._signals.turns(start_us, until_us):
            event = PenEvent(
                turn.name,
                value=turn.value,
                unit=_UNITS.get(turn.name, ""),
                number=self._events,
                ticks_us=self._ticks_at(turn.time_us),
            )
            self._events += 1
            yield turn.time_us, self._encoder.event(event)
            if turn.name == "cartridge_seated":
                yield from self._cartridge(turn.time_us)

    def _ticks_at(self, time_us: int) -> int:
        ticks_us = self._start_tick_us + self._clock.device_at(time_us)
        modulus_us = self._profile.ticks_modulus_us
        return ticks_us if modulus_us is None else ticks_us % modulus_us

    def _burst(self, said: Iterable[tuple[int, bytes | None]]) -> Burst:
        """Return what the profile can say of it, as frames that carry no sample."""
        sayable = [(due_us, frame) for due_us, frame in said if frame is not None]
        due_us = np.array([due for due, _ in sayable], dtype=np.int64)
        sequence = np.full(len(sayable), NO_SAMPLE, dtype=np.int64)
        return Burst([frame for _, frame in sayable], records(sequence, due_us, self.boot_id))
