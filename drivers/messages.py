"""Between the raw values of a frame and what they mean: pens and pen events."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from drivers.counters import RANGE
from drivers.errors import FrameError
from drivers.fields import Raw
from drivers.model import ColumnLayout, Pen, PenEvent, is_simulated
from drivers.profile.plan import FramePlan
from drivers.profile.scaling import raw_of


def read_pen(frame: FramePlan, raws: Mapping[str, Raw]) -> Pen:
    """Return the pen that an identity frame tells of."""
    serial = _text(raws, "serial")
    period = _quantity(frame, raws, "sample_period_us")
    return Pen(
        serial=serial,
        model=_text(raws, "model"),
        firmware=_text(raws, "firmware"),
        boot_id=_number(raws, "boot_id"),
        depth_max_mm=_quantity(frame, raws, "depth_max_mm"),
        rate_max_hz=_quantity(frame, raws, "rate_max_hz"),
        sample_period_us=None if period is None else round(period),
        simulated=is_simulated(serial),
    )


def read_event(frame: FramePlan, raws: Mapping[str, Raw], content: bytes) -> PenEvent | None:
    """Return the event that a frame tells of, None for a setting of an unknown code."""
    number, ticks_us = _number(raws, "number"), _ticks_us(frame, raws)
    if frame.role == "setting":
        return _read_setting(frame, raws, content)
    if frame.role == "cartridge":
        return PenEvent(
            "cartridge",
            text=_text(raws, "udi"),
            number=number,
            ticks_us=ticks_us,
            needle_count=_number(raws, "needle_count"),
            needle_gauge=_number(raws, "needle_gauge"),
        )
    return PenEvent("text", text=_text(raws, "text"), number=number, ticks_us=ticks_us)


def _read_setting(frame: FramePlan, raws: Mapping[str, Raw], content: bytes) -> PenEvent | None:
    code, raw = _number(raws, "code"), _number(raws, "value")
    plan = frame.codes.get(-1 if code is None else code)
    if plan is None:
        return None
    if raw is not None and not (
        (plan.low is None or plan.low <= raw) and (plan.high is None or raw <= plan.high)
    ):
        raise FrameError(RANGE, content, f"{plan.name} {raw}")
    return PenEvent(
        plan.name,
        value=_canonical(plan.layout, raw),
        unit=plan.unit,
        raw=raw,
        number=_number(raws, "number"),
        ticks_us=_ticks_us(frame, raws),
    )


def write_pen(frame: FramePlan, pen: Pen) -> dict[str, Raw]:
    """Return the raw values of an identity frame that tells of ``pen``."""
    raws: dict[str, Raw] = {
        "serial": pen.serial,
        "model": pen.model,
        "firmware": pen.firmware,
        "boot_id": pen.boot_id,
    }
    for name in ("depth_max_mm", "rate_max_hz", "sample_period_us"):
        field, value = frame.filled.get(name), getattr(pen, name)
        if field and field.layout and value is not None:
            raws[name] = nearest_raw(field.layout, value)
    return raws


def write_event(frame: FramePlan, event: PenEvent) -> dict[str, Raw] | None:
    """Return the raw values of a frame that tells of ``event``, None if it cannot."""
    raws: dict[str, Raw] = {
        "number": event.number,
        "udi": event.text,
        "text": event.text,
        "needle_count": event.needle_count,
        "needle_gauge": event.needle_gauge,
    }
    ticks = frame.filled.get("ticks")
    if ticks and ticks.layout and event.ticks_us is not None:
        raws["ticks"] = ticks_raw(ticks.layout, event.ticks_us) % (ticks.modulus or 1)
    if frame.role != "setting":
        return raws if frame.role == event.name else None
    for code, plan in frame.codes.items():
        if plan.name == event.name:
            raw = event.raw
            if raw is None and event.value is not None:
                raw = nearest_raw(plan.layout, event.value)
            return raws | {"code": code, "value": raw}
    return None


def nearest_raw(layout: ColumnLayout, value: float) -> int:
    """Return the raw value that comes nearest to ``value`` in the canonical unit."""
    return round(raw_of(layout, Fraction(value)))


_Ticks = TypeVar("_Ticks", int, NDArray[np.int64])


def ticks_raw(layout: ColumnLayout, ticks_us: _Ticks) -> _Ticks:
    """Return the least raw counts that read as ``ticks_us``."""
    return -(-ticks_us * layout.denominator // layout.numerator)


def _canonical(layout: ColumnLayout | None, raw: Raw) -> float | None:
    if layout is None or not isinstance(raw, int | float) or math.isnan(raw):
        return None
    return (raw * layout.numerator + layout.addend) / layout.denominator


def _quantity(frame: FramePlan, raws: Mapping[str, Raw], name: str) -> float | None:
    field = frame.filled.get(name)
    return _canonical(field.layout, raws.get(name)) if field else None


def _ticks_us(frame: FramePlan, raws: Mapping[str, Raw]) -> int | None:
    field, raw = frame.filled.get("ticks"), _number(raws, "ticks")
    if field is None or field.layout is None or raw is None:
        return None
    return raw * field.layout.numerator // field.layout.denominator


def _number(raws: Mapping[str, Raw], name: str) -> int | None:
    raw = raws.get(name)
    return raw if isinstance(raw, int) else None


def _text(raws: Mapping[str, Raw], name: str) -> str:
    return str(raws.get(name) or "")
