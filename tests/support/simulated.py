"""Simulated pens on PTYs of their own, and what they sent, to compare records with."""

import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.model import SampleBlock, SampleRun
from drivers.profile import find_profile
from drivers.simulator.burst import Fate
from drivers.simulator.faults import parse_faults
from drivers.simulator.log import LogHeader, LogWriter, read_log
from drivers.simulator.pen import VirtualPen
from drivers.simulator.pty_link import PtyLink
from drivers.simulator.script import SCRIPTS
from drivers.simulator.settings import PenSettings
from drivers.simulator.station import Station

Cut = Callable[[bytes], Iterable[bytes]]


def whole(data: bytes) -> Iterable[bytes]:
    """Return what is written at once, uncut."""
    return [data]


def byte_by_byte(data: bytes) -> Iterable[bytes]:
    """Yield every byte by itself."""
    return (data[at : at + 1] for at in range(len(data)))


def in_chunks(seed: int, longest: int = 40) -> Cut:
    """Return a line that cuts what is written at random places."""
    rng = random.Random(seed)

    def cut(data: bytes) -> Iterable[bytes]:
        at = 0
        while at < len(data):
            size = rng.randint(1, longest)
            yield data[at : at + size]
            at += size

    return cut


class CutLink(PtyLink):
    """Writes piece by piece."""

    def __init__(self, path: Path, cut: Cut = whole) -> None:
        super().__init__(path)
        self._cut = cut

    def write(self, data: bytes) -> int:
        taken = 0
        for piece in self._cut(data):
            taken += super().write(piece)
        return taken


class SimulatedPen:
    """A pen that a test plays (``tests.support.playing``) at ``link`` under ``place``."""

    def __init__(
        self,
        place: Path,
        settings: PenSettings,
        *faults: str,
        profile: str = "npt",
        cut: Cut = whole,
    ) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.serial = settings.serial
        self.profile = find_profile(profile)
        self.link = place / "pen"
        self.log = place / "pen.log"
        pen = VirtualPen(self.profile, settings, parse_faults(faults))
        header = LogHeader(
            serial=settings.serial,
            profile=profile,
            script="short",
            seed=settings.seed,
            boot_id=pen.boot_id,
            rate_hz=settings.rate_hz,
            faults=faults,
        )
        log = LogWriter(self.log, header)
        self.station = Station(pen, CutLink(self.link, cut), log, time.monotonic_ns)

    def sequence(self, *fates: Fate) -> NDArray[np.int64]:
        """Return the numbers of the samples that met one of ``fates``, in order of the line."""
        numbers: NDArray[np.int64] = read_log(self.log).samples(*fates)["sequence"]
        return numbers

    def boots(self) -> list[int]:
        """Return the boot ids in order of appearance."""
        return list(dict.fromkeys(read_log(self.log).records["boot_id"].tolist()))

    def made(self, count: int) -> SampleRun:
        """Return the first ``count`` samples of the first boot, as the pen made them."""
        return VirtualPen(self.profile, self.settings).samples(0, count)


def simulated_settings(serial: str, *, rate_hz: float = 100.0, seed: int = 3) -> PenSettings:
    """Return a pen that works both legs in half a minute."""
    return PenSettings(serial=serial, seed=seed, rate_hz=rate_hz, script=SCRIPTS["short"])


def assert_exact(blocks: list[SampleBlock], made: SampleRun, start_sequence: int = 0) -> None:
    """Fail unless every sample of ``blocks`` is, in each raw value, the one that was made."""
    assert blocks
    for block in blocks:
        rows = block.sequence - start_sequence
        assert block.layouts == made.layouts
        assert block.flags_known == made.flags_known
        assert made.ticks_us is not None
        np.testing.assert_array_equal(block.device_us, made.ticks_us[rows])
        np.testing.assert_array_equal(block.status, made.status[rows])
        for name, column in made.columns.items():
            np.testing.assert_array_equal(block.columns[name], column[rows], err_msg=name)


def sequence_of(blocks: Iterable[SampleBlock]) -> list[int]:
    """Return the sequence numbers of all blocks, in order."""
    return [number for block in blocks for number in block.sequence.tolist()]
