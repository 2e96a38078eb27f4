"""A simulated pen as a port in a time that one moves by hand."""

from typing import Self

from drivers.simulator.pen import VirtualPen
from drivers.simulator.script import US_PER_S
from logger.errors import LinkLost


class PastPen:
    """The port of the simulated ``pen``, which was powered up at ``on_unix_ns``.

    It says what it said until :meth:`pass_until`; what it says while its cable is out is lost.
    """

    def __init__(self, pen: VirtualPen, on_unix_ns: int) -> None:
        self.name = f"/dev/{pen.settings.serial}"
        self.simulated = True
        self.pen = pen
        self._on_unix_ns = on_unix_ns
        self._now_us = 0
        self._said = b""

    @property
    def plugged(self) -> bool:
        """Whether its cable is in now."""
        return self.pen.plugged_at(self._now_us)

    def pass_until(self, unix_ns: int) -> None:
        """Let the time of the pen go on."""
        self._now_us = (unix_ns - self._on_unix_ns) * US_PER_S // 1_000_000_000
        said = self.pen.advance(self._now_us)
        self._said = self._said + said if self.plugged else b""

    def read_now(self) -> bytes:
        """Return what it has said since; LinkLost while its cable is out."""
        if not self.plugged:
            raise LinkLost(f"{self.name}: unplugged")
        said, self._said = self._said, b""
        return said

    async def read(self) -> bytes:
        """Return the same: there is nothing to wait for in the past."""
        return self.read_now()

    def write(self, data: bytes) -> None:
        """Ask the pen who it is."""
        self.pen.write(data)

    def close(self) -> None:
        """Let go of nothing: no device is behind it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
