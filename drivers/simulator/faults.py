"""Faults as a person writes them: ``name:key=value,key=value``.

When a fault acts is the same for all. With ``for`` it acts during windows that start
``at`` and return ``every`` so many seconds; ``rate`` thins it out to a share of the
bytes or frames. With ``at`` or ``every`` alone it strikes once at each such moment.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.errors import ConfigError
from drivers.simulator.script import US_PER_S

REBOOT_OFF_S = 0.5

_TIMING = frozenset({"at", "for", "every"})
_STREAM = _TIMING | {"rate"}
_KEYS: dict[str, frozenset[str]] = {
    "noise": _STREAM,
    "flip": _STREAM,
    "lose": _STREAM,
    "drop": _STREAM,
    "duplicate": _STREAM,
    "reorder": _STREAM,
    "half": _STREAM,
    "garbage": _STREAM,
    "baud": _STREAM | {"to"},
    "freeze": _TIMING,
    "unplug": _TIMING,
    "reboot": _TIMING,
    "drift": _TIMING | {"ppm"},
}
_NEEDED = {"baud": "to", "drift": "ppm", "freeze": "for", "unplug": "for"}
_BOUNDS = {
    "at": (0, 1e9),
    "for": (1e-3, 1e9),
    "every": (1e-3, 1e9),
    "rate": (1e-12, 1),
    "to": (50, 4_000_000),
    "ppm": (-500_000, 500_000),
}


@dataclass(frozen=True, slots=True)
class Window:
    """When a fault acts, in simulated µs since power-up; ``for_us`` None means without end."""

    at_us: int = 0
    for_us: int | None = None
    every_us: int | None = None

    def active(self, due_us: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return at which of the times the window is open, bool [n]."""
        since = due_us - self.at_us
        started = np.asarray(since >= 0)
        if self.for_us is None:
            return started
        within = since if self.every_us is None else since % self.every_us
        return np.asarray(started & (within < self.for_us))

    def open_at(self, time_us: int) -> bool:
        """Return whether the window is open at ``time_us``."""
        return bool(self.active(np.array([time_us]))[0])

    def next_edge_us(self, after_us: int) -> int | None:
        """Return when the window next opens or closes after ``after_us``; None if never."""
        edges = [self.next_start_us(after_us)]
        if self.for_us is not None:
            start_us = self.next_start_us(after_us - self.for_us)
            edges.append(None if start_us is None else start_us + self.for_us)
        return min((edge for edge in edges if edge is not None), default=None)

    def next_start_us(self, after_us: int) -> int | None:
        """Return when the window next opens after ``after_us``; None if never again."""
        if after_us < self.at_us:
            return self.at_us
        if self.every_us is None:
            return None
        return self.at_us + ((after_us - self.at_us) // self.every_us + 1) * self.every_us


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault as parsed; ``amount`` is the ppm of a drift or the baud rate of a reader.

    ``rate`` is the share of bytes or frames that are hit within the window; None means
    one hit at each start of the window.
    """

    name: str
    window: Window
    rate: float | None
    amount: float
    text: str


def parse_faults(texts: Iterable[str]) -> tuple[Fault, ...]:
    """Return the faults in the order given; ConfigError at the first that makes no sense."""
    return tuple(parse_fault(text) for text in texts)


def parse_fault(text: str) -> Fault:
    """Return the fault that ``text`` describes; ConfigError with the mend otherwise."""
    name, _, rest = text.partition(":")
    if name not in _KEYS:
        raise _refused(text, f"there is no fault {name!r}", f"Choose one of {', '.join(_KEYS)}.")
    values = dict(_pair(text, name, pair) for pair in rest.split(",") if pair)
    needed = _NEEDED.get(name)
    if needed is not None and needed not in values:
        raise _refused(text, f"{needed}= is missing", f"Write {name}:{needed}=NUMBER.")
    if name == "reboot":
        values.setdefault("for", REBOOT_OFF_S)
    if "rate" in _KEYS[name] and not values.keys() & {"rate", "at", "for", "every"}:
        raise _refused(
            text, "it does not say when to act", f"Write {name}:rate=0.01 or {name}:every=5."
        )
    return Fault(name, _window(text, values), _rate(values), _amount(values), text)


def _pair(text: str, name: str, pair: str) -> tuple[str, float]:
    key, _, value = pair.partition("=")
    if key not in _KEYS[name]:
        allowed = ", ".join(sorted(_KEYS[name]))
        raise _refused(text, f"{name} has no {key!r}", f"It takes {allowed}.")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    low, high = _BOUNDS[key]
    if not low <= number <= high:
        raise _refused(text, f"{key}={value} is no number that fits", f"Use {low:g} to {high:g}.")
    return key, number


def _window(text: str, values: dict[str, float]) -> Window:
    def us(key: str) -> int | None:
        return round(values[key] * US_PER_S) if key in values else None

    window = Window(us("at") or 0, us("for"), us("every"))
    if window.every_us is not None and (window.for_us or 0) >= window.every_us:
        raise _refused(
            text, "for= fills all of every=", "Make `for` shorter, or leave `every` out."
        )
    return window


def _rate(values: dict[str, float]) -> float | None:
    return values.get("rate", 1.0 if "for" in values else None)


def _amount(values: dict[str, float]) -> float:
    return values.get("to", values.get("ppm", 0.0))


def _refused(text: str, problem: str, mend: str) -> ConfigError:
    return ConfigError(f"--fault {text}", problem, mend)
