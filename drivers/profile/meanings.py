"""What a field can mean, by the role of its frame: the words after ``fills``."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from drivers.channels import CHANNELS
from drivers.model import Flag
from drivers.profile.schema import Role

Kind = Literal["quantity", "counter", "clock", "bits", "number", "text"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """``quantity`` and ``clock`` have a unit; ``counter`` and ``clock`` wrap; others are plain.

    ``low`` and ``high`` bound a quantity in its canonical unit.
    """

    kind: Kind
    unit: str = ""
    low: Fraction | None = None
    high: Fraction | None = None


def _quantity(channel: str) -> Meaning:
    meant = CHANNELS[channel]
    return Meaning("quantity", meant.unit, Fraction(str(meant.low)), Fraction(str(meant.high)))


_NUMBER, _TEXT, _CLOCK = Meaning("number"), Meaning("text"), Meaning("clock", "µs")
_SWITCH = Meaning("quantity", "", Fraction(0), Fraction(1))

MEANINGS: dict[Role, dict[str, Meaning]] = {
    "sample": {
        **{name: _quantity(name) for name in CHANNELS},
        "sequence": Meaning("counter"),
        "ticks": _CLOCK,
        "status": Meaning("bits"),
    },
    "identity": {
        "protocol_version": _NUMBER,
        "boot_id": _NUMBER,
        "model": _TEXT,
        "serial": _TEXT,
        "firmware": _TEXT,
        "depth_max_mm": _quantity("depth_set_mm"),
        "rate_max_hz": _quantity("rate_set_hz"),
        "sample_period_us": Meaning("quantity", "µs", Fraction(1), Fraction(60_000_000)),
    },
    "setting": {"number": _NUMBER, "ticks": _CLOCK, "code": _NUMBER, "value": _NUMBER},
    "cartridge": {
        "number": _NUMBER,
        "ticks": _CLOCK,
        "needle_count": _NUMBER,
        "needle_gauge": _NUMBER,
        "udi": _TEXT,
    },
    "text": {"number": _NUMBER, "ticks": _CLOCK, "text": _TEXT},
}

SETTINGS: dict[str, Meaning] = {
    "depth_dial": _quantity("depth_set_mm"),
    "rate_dial": _quantity("rate_set_hz"),
    "motor": _SWITCH,
    "cartridge_seated": _SWITCH,
    "fault": Meaning("quantity"),
    "button": Meaning("quantity"),
}
"""What a SETTING can tell, by the names of ``PenEvent``."""

FLAGS: dict[str, Flag] = {str(flag.name).lower(): flag for flag in Flag}
"""Status bits by the names that a profile gives them."""

NEEDED: dict[Role, tuple[str, ...]] = {
    "sample": (),
    "identity": ("serial",),
    "setting": ("code", "value"),
    "cartridge": ("udi",),
    "text": ("text",),
}
"""What a frame of a role must fill to mean anything."""

DEPTH_OR_RATE = ("depth_set_mm", "depth_measured_mm", "rate_hz", "rate_set_hz")
"""One of these makes a sample frame worth recording."""
