"""One recorder of many pens, each in a trouble of its own, recorded once for many tests."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from drivers.simulator.pace import Pace
from drivers.simulator.script import US_PER_S
from logger.status import PenStatus
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings

WRAP = 1 << 32
DURATION_S = 6
RECORDING = {"frame_timeout_s": 0.6, "reconnect_max_s": 0.3}
WRAPS_AFTER = 150
TWIN = "SIM-TWIN"

_FAULTS: Mapping[str, tuple[str, ...]] = {
    "unplug": ("unplug:at=1.5,for=1",),
    "freeze": ("freeze:at=1.5,for=1.2",),
    "reboot": ("reboot:at=2,for=0.4",),
    "wrap": (),
    "repeated": ("duplicate:rate=0.05", "reorder:rate=0.05"),
    "baud": ("baud:to=57600,for=1000",),
    "swapped": (),
}
_TEMPLATES = ("template-binary", "template-text")
_RATES_HZ = {"template-binary": 50.0, "template-text": 20.0}
_WRONG_PROFILE = "npt"


@dataclass(frozen=True)
class Troubled:
    """``told`` is what the status said of each port in the middle, by the pen's name."""

    recorder: RecorderProcess
    pens: Mapping[str, SimulatedPen]
    swapped_in: SimulatedPen
    told: Mapping[str, PenStatus]


def _pens(directory: Path) -> dict[str, SimulatedPen]:
    pens = {}
    for name, faults in _FAULTS.items():
        settings = simulated_settings(f"SIM-{name}")
        if name == "wrap":
            start_tick_us = WRAP - WRAPS_AFTER * settings.period_us
            settings = replace(
                settings, start_tick_us=start_tick_us, start_sequence=WRAP - WRAPS_AFTER
            )
        pens[name] = SimulatedPen(directory / name, settings, *faults)
    for name in _TEMPLATES:
        settings = simulated_settings(f"SIM-{name}", rate_hz=_RATES_HZ[name])
        pens[name] = SimulatedPen(directory / name, settings, profile=name)
    for name in ("twin-a", "twin-b"):
        pens[name] = SimulatedPen(directory / name, simulated_settings(TWIN))
    return pens


def record_troubles(directory: Path) -> Troubled:
    """Play all pens through their troubles, put another pen on a port, and stop."""
    pens = _pens(directory)
    tables = [
        PenTable(pen.link, pen.profile.name, pen.serial if name in _TEMPLATES else None)
        for name, pen in pens.items()
    ]
    recorder = RecorderProcess(directory, settings_text(tables, recording=RECORDING))
    order = list(pens)
    stations = [pen.station for pen in pens.values()]
    pace = Pace(duration_us=DURATION_S * US_PER_S, waits_for_readers=True)
    with recorder:
        with playing(stations, pace) as thread:
            recorder.until(lambda: bool(_twin_trouble(recorder, order)), "word of the twins")
            recorder.until(
                lambda: "baud" in recorder.pen(order.index("baud")).trouble, "word of the baud rate"
            )
            told = dict(zip(order, recorder.ask().pens, strict=True))
            thread.join()
        place = pens["swapped"].link.parent
        other = SimulatedPen(place, simulated_settings("SIM-other"))
        with playing([other.station], Pace(waits_for_readers=True)):
            recorder.until(lambda: _recorded(recorder, other.serial) >= 50, "the other pen")
        recorder.until(lambda: not _recorded(recorder, other.serial), "its end")
        recorder.stop()
    return Troubled(recorder, pens, other, told)


def _recorded(recorder: RecorderProcess, serial: str) -> int:
    return next((pen.samples for pen in recorder.ask().pens if pen.serial == serial), 0)


def _twin_trouble(recorder: RecorderProcess, order: list[str]) -> str:
    twins = [recorder.pen(order.index(name)) for name in ("twin-a", "twin-b")]
    return next((twin.trouble for twin in twins if "two pens" in twin.trouble), "")
