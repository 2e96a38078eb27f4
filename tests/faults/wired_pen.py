"""A pen at the end of a wire in memory, with a log of what it said, for tests that step time."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from drivers.encoder import Encoder
from drivers.errors import LinkLost
from drivers.simulator.burst import Fate, records
from drivers.simulator.log import LogHeader, LogWriter
from tests.support.wire import NPT, PEN, PERIOD_US, identity, run


@dataclass(slots=True)
class WirePort:
    """The recorder's end of the wire."""

    pen: "WiredPen"
    name: str = "/dev/pen"
    simulated: bool = False

    async def read(self) -> bytes:
        """Nobody waits on this wire."""
        raise NotImplementedError

    def read_now(self) -> bytes:
        """Return what the pen has said since the last call."""
        if self.pen.wire is not self:
            raise LinkLost(f"{self.name}: unplugged")
        said, self.pen.said = bytes(self.pen.said), bytearray()
        return said

    def write(self, data: bytes) -> None:
        """Be asked for the identity; the pen says it."""
        assert data == NPT.identify
        self.pen.introduce()

    def close(self) -> None:
        """Hang up."""
        if self.pen.wire is self:
            self.pen.wire = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(slots=True)
class WiredPen:
    """Counts its samples and boots; what it says while nobody listens is lost."""

    log: LogWriter
    boot_id: int = 1
    sequence: int = 0
    said: bytearray = field(default_factory=bytearray)
    wire: WirePort | None = None

    @classmethod
    def logging_to(cls, path: Path) -> Self:
        """Return a pen that was just powered up."""
        header = LogHeader(
            serial=PEN.serial, profile="npt", script="", seed=0, boot_id=1, rate_hz=100.0
        )
        return cls(LogWriter(path, header))

    def plug_in(self) -> WirePort:
        """Return a new port for the recorder; what was said to the old one is gone."""
        self.said.clear()
        self.wire = WirePort(self)
        return self.wire

    def unplug(self) -> None:
        """Take the wire out; what was not read by then is gone."""
        self.said.clear()
        self.wire = None

    def introduce(self) -> None:
        """Say who it is."""
        self.said += identity(replace(PEN, boot_id=self.boot_id))

    def reboot(self) -> None:
        """Power up anew, counters at zero."""
        self.boot_id, self.sequence = self.boot_id + 1, 0
        if self.wire is not None:
            self.introduce()

    def speak(self, count: int, fates: dict[int, Fate]) -> None:
        """Make ``count`` samples and say them; ``fates`` tells which fare badly, by index.

        A damaged frame has a bit flipped, a repeated one is said twice, a late one after
        the one behind it, a dropped one not at all.
        """
        frames = list(Encoder(NPT).samples(run(self.sequence, count)))
        numbers = np.arange(self.sequence, self.sequence + count, dtype=np.int64)
        told = records(numbers, numbers * PERIOD_US, self.boot_id)
        self.sequence += count
        if self.wire is None:
            told["fate"] = Fate.UNPLUGGED
            self.log.add(told)
            return
        for index, fate in fates.items():
            if index < count:
                told["fate"][index] = fate
                self._spoil(frames, index, fate)
        self.log.add(told)
        self.said += b"".join(frames)

    def _spoil(self, frames: list[bytes], index: int, fate: Fate) -> None:
        match fate:
            case Fate.DAMAGED:
                frames[index] = frames[index][:-2] + bytes([frames[index][-2] ^ 0x41]) + b"\0"
            case Fate.REPEATED:
                frames[index] *= 2
            case Fate.LATE if index + 1 < len(frames):
                frames[index + 1] += frames[index]
                frames[index] = b""
            case Fate.DROPPED:
                frames[index] = b""
