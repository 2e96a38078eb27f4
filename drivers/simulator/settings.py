"""What a simulated pen is."""

import math
from dataclasses import dataclass

from drivers.errors import ConfigError
from drivers.model import SIMULATED_PREFIX, is_simulated
from drivers.simulator.script import BOTH_LEGS, US_PER_S, Script

RATE_MAX_HZ = 10_000.0


@dataclass(frozen=True, slots=True)
class PenSettings:
    """What a simulated pen is; ``ConfigError`` for one that cannot be.

    ``boot_id`` None draws one from the seed. ``start_tick_us`` and ``start_sequence`` are
    where ticks and sequence stand at the first power-up, so that one can watch them wrap.
    ``cartridges_used`` numbers the cartridges on from there, ``cartridge_expiry`` (YYMMDD) is
    what stands on them, and ``wear_mm`` is how much further the needles lag behind what is set.
    """

    serial: str = "SIM-000001"
    seed: int = 1
    rate_hz: float = 100.0
    script: Script = BOTH_LEGS
    boot_id: int | None = None
    start_tick_us: int = 0
    start_sequence: int = 0
    cartridges_used: int = 0
    cartridge_expiry: str = "271231"
    wear_mm: float = 0.0

    def __post_init__(self) -> None:
        if not is_simulated(self.serial):
            raise ConfigError(
                f"--serial {self.serial}",
                "a simulated pen must be known as one",
                f"Call it {SIMULATED_PREFIX}{self.serial}.",
            )
        if not (math.isfinite(self.rate_hz) and 0 < self.rate_hz <= RATE_MAX_HZ):
            raise ConfigError(
                f"--rate-hz {self.rate_hz:g}",
                "no pen samples at that rate",
                f"Use more than 0 and at most {RATE_MAX_HZ:g}.",
            )

    @property
    def period_us(self) -> int:
        """Return the pen's sample period in whole µs."""
        return round(US_PER_S / self.rate_hz)
