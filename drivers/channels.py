"""What a pen can measure or be set to: every channel with its canonical unit and bounds."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """A measured or set quantity in its canonical unit.

    ``low`` and ``high`` bound what can be meant at all (not what is advisable);
    ``source`` says where the quantity is specified.
    """

    name: str
    unit: str
    low: float
    high: float
    source: str


_NPT = "NPT 1, SAMPLE"

CHANNELS: Mapping[str, Channel] = {
    channel.name: channel
    for channel in (
        Channel("depth_set_mm", "mm", 0.0, 10.0, _NPT),
        Channel("depth_measured_mm", "mm", 0.0, 10.0, _NPT),
        Channel("rate_hz", "Hz", 0.0, 1000.0, f"{_NPT}; 21 CFR 878.4430 'puncture rate'"),
        Channel("rate_set_hz", "Hz", 0.0, 1000.0, _NPT),
        Channel("motor_current_ma", "mA", 0.0, 20_000.0, _NPT),
        Channel("battery_pct", "%", 0.0, 100.0, _NPT),
        Channel("motor_temperature_c", "°C", -100.0, 300.0, _NPT),
    )
}
"""Every channel by name. Times, sequence and status are columns of their own."""
