"""Compiles a field as written into a :class:`FieldPlan`; ``ConfigError`` names the key.

The place of these errors is the key path alone; ``loading`` puts the file before it.
"""

import math
from dataclasses import replace
from fractions import Fraction

from drivers.errors import ConfigError
from drivers.model import ColumnLayout, Flag
from drivers.profile.fieldtypes import FieldType, find_type, type_names
from drivers.profile.meanings import FLAGS, MEANINGS, SETTINGS, Meaning
from drivers.profile.plan import CodePlan, FieldPlan
from drivers.profile.scaling import find_unit, make_layout, narrow, raw_bounds
from drivers.profile.schema import ByteOrder, CodeSpec, FieldSpec, Role
from drivers.profile.units import exact_text

MODULUS_MAX = 2**62
"""Wrapping maths on int64 columns needs a bit of room above the largest value."""

TEXT_BYTES_MAX = 4096
"""The longest text where a profile does not bound it; the frame's own limit is below."""


def compile_field(
    path: str, spec: FieldSpec, role: Role, at: int, byte_order: ByteOrder, *, text: bool
) -> FieldPlan:
    """Return the plan of a field at ``at`` whose keys ``rules.check_keys`` has let pass."""
    found = find_type(spec.type, text=text)
    if found is None:
        names = ", ".join(type_names(text=text))
        raise ConfigError(f"{path}.type", f"{spec.type!r} is no type here", f"Use one of: {names}.")
    plan = _place(path, spec, found, at, spec.byte_order or byte_order)
    if found.kind == "text":
        return _text(plan, spec, text=text)
    plan = _with_meaning(plan, spec, found, _meaning(spec, role), text=text)
    if spec.equals is not None:
        return _with_constant(plan, spec)
    return _with_absent(plan, spec, found, text=text)


def _place(
    path: str, spec: FieldSpec, found: FieldType, at: int, byte_order: ByteOrder
) -> FieldPlan:
    order = "<" if byte_order == "little" else ">"
    return FieldPlan(
        path=path,
        fills=spec.fills or "",
        type=spec.type,
        kind=found.kind,
        at=at,
        size=found.size,
        dtype=order + found.code if found.code else "",
        low=found.low,
        high=found.high,
        equals=spec.equals,
        prefix=spec.prefix,
        suffix=spec.suffix,
        decimals=spec.decimals,
    )


def _text(plan: FieldPlan, spec: FieldSpec, *, text: bool) -> FieldPlan:
    if spec.equals is not None and not (text and isinstance(spec.equals, str)):
        raise ConfigError(
            f"{plan.path}.equals",
            f"A field of type {spec.type} cannot equal {spec.equals!r}",
            "Use an integer type, or in a line a text.",
        )
    return replace(plan, high=spec.max_bytes or TEXT_BYTES_MAX)


def _meaning(spec: FieldSpec, role: Role) -> Meaning:
    if spec.fills is None:
        return Meaning("text" if spec.type in ("text", "utf8-rest") else "number")
    return MEANINGS[role][spec.fills]


def _with_meaning(
    plan: FieldPlan, spec: FieldSpec, found: FieldType, meaning: Meaning, *, text: bool
) -> FieldPlan:
    if meaning.kind == "quantity":
        return _quantity(plan, spec, found, meaning)
    if meaning.kind in ("counter", "clock"):
        return _counter(plan, spec, found, meaning, text=text)
    bits = _bits(plan.path, spec, 8 * found.size or 32)
    low, high = narrow(plan.path, spec.range, Fraction(found.low), Fraction(found.high), "")
    if meaning.kind == "bits" and low is not None and low < 0:
        low = Fraction(0)
    return _bounded(replace(plan, bits=bits), low, high)


def _quantity(plan: FieldPlan, spec: FieldSpec, found: FieldType, meaning: Meaning) -> FieldPlan:
    unit = find_unit(plan.path, spec.unit, meaning.unit)
    scale = spec.scale / 10**spec.decimals
    layout = make_layout(plan.fills, spec.unit, unit, scale, spec.offset)
    low, high = narrow(plan.path, spec.range, meaning.low, meaning.high, meaning.unit)
    plan = replace(plan, layout=layout)
    if low is None or high is None:
        return plan
    first, last = raw_bounds(layout, low, high)
    if found.kind == "float":
        return replace(plan, low=float(first), high=float(last))
    return _bounded(plan, max(first, Fraction(found.low)), min(last, Fraction(found.high)))


def _bounded(plan: FieldPlan, low: Fraction | None, high: Fraction | None) -> FieldPlan:
    if low is None or high is None:
        return plan
    first, last = math.ceil(low), min(math.floor(high), MODULUS_MAX)
    if first > last:
        raise ConfigError(
            f"{plan.path}.range",
            f"No value that {plan.type} can hold lies in the range",
            "Check type, unit, scale and range.",
        )
    return replace(plan, low=first, high=last)


def _counter(
    plan: FieldPlan, spec: FieldSpec, found: FieldType, meaning: Meaning, *, text: bool
) -> FieldPlan:
    if found.kind != "int" or (found.low < 0 and not text):
        raise ConfigError(
            f"{plan.path}.type",
            f"{spec.type} cannot count up and wrap",
            "Use int or decimal." if text else "Use an unsigned type: u8, u16, u32 or u64.",
        )
    scale = spec.scale / 10**spec.decimals
    layout = None
    if meaning.kind == "clock":
        unit = find_unit(plan.path, spec.unit, meaning.unit)
        layout = make_layout("ticks_us", spec.unit, unit, scale, Fraction(0))
    modulus = _modulus(plan.path, spec, found, scale, layout, text=text)
    return replace(plan, low=0, high=modulus - 1, layout=layout, modulus=modulus)


def _modulus(
    path: str,
    spec: FieldSpec,
    found: FieldType,
    scale: Fraction,
    layout: ColumnLayout | None,
    *,
    text: bool,
) -> int:
    if spec.modulus is None and text:
        raise ConfigError(
            f"{path}.modulus",
            "Nothing says where the count starts again",
            "Add the number at which it is 0 again, such as modulus = 4294967296.",
        )
    modulus = spec.modulus / scale if spec.modulus is not None else Fraction(found.high + 1)
    up, down = (layout.numerator, layout.denominator) if layout else (1, 1)
    # A count so wide that it would overflow never wraps: it is cut where it stays exact.
    modulus = min(modulus, Fraction(MODULUS_MAX // up // down * down))
    if modulus.denominator != 1 or modulus < 2 or modulus > found.high + 1:
        raise ConfigError(
            f"{path}.modulus",
            f"{exact_text(modulus)} counts are no modulus of {spec.type}",
            "Give a whole number of counts, in the field's own unit.",
        )
    if int(modulus) * up % down:
        raise ConfigError(
            f"{path}.modulus",
            "The clock does not wrap at a whole number of µs",
            "Check unit, scale and modulus.",
        )
    return int(modulus)


def _bits(path: str, spec: FieldSpec, width: int) -> tuple[tuple[int, Flag], ...]:
    bits = []
    for bit, flag in spec.bits.items():
        if not bit.isdecimal() or int(bit) >= width:
            raise ConfigError(
                f"{path}.bits.{bit}", f"{bit} is no bit of the field", f"Use 0 to {width - 1}."
            )
        if flag not in FLAGS:
            raise ConfigError(
                f"{path}.bits.{bit}",
                f"{flag!r} is no status bit",
                f"Use one of: {', '.join(FLAGS)}.",
            )
        bits.append((int(bit), FLAGS[flag]))
    return tuple(bits)


def _with_constant(plan: FieldPlan, spec: FieldSpec) -> FieldPlan:
    if plan.kind == "int" and isinstance(spec.equals, int) and plan.low <= spec.equals <= plan.high:
        return replace(plan, low=spec.equals, high=spec.equals)
    raise ConfigError(
        f"{plan.path}.equals",
        f"A field of type {spec.type} cannot equal {spec.equals!r}",
        "Give a whole number that the type can hold and the range allows.",
    )


def _with_absent(plan: FieldPlan, spec: FieldSpec, found: FieldType, *, text: bool) -> FieldPlan:
    if spec.absent is None:
        return plan
    fits = isinstance(spec.absent, int) and found.low <= spec.absent <= found.high
    if text:
        fits = isinstance(spec.absent, str)
    elif found.kind == "float":
        fits = spec.absent == "nan"
    if not fits:
        wanted = 'the text sent, such as ""' if text else f"a value that {spec.type} can hold"
        wanted = '"nan"' if found.kind == "float" and not text else wanted
        raise ConfigError(
            f"{plan.path}.absent", f"{spec.absent!r} cannot stand for 'absent'", f"Give {wanted}."
        )
    absent = spec.absent if isinstance(spec.absent, int) else None
    absent_text = spec.absent if isinstance(spec.absent, str) else None
    if text and found.kind == "int":
        # No value in range can be mistaken for it, and small numbers pack well.
        absent = int(plan.low) - 1
    layout = replace(plan.layout, absent=absent) if plan.layout else None
    return replace(plan, absent=absent, absent_text=absent_text, layout=layout)


def compile_code(path: str, spec: CodeSpec, value: FieldSpec) -> CodePlan:
    """Return the plan of a setting code whose raw value stands in the field ``value``."""
    meaning = SETTINGS.get(spec.name)
    if meaning is None:
        raise ConfigError(
            f"{path}.name", f"{spec.name!r} is no setting", f"Use one of: {', '.join(SETTINGS)}."
        )
    unit = find_unit(path, spec.unit, meaning.unit)
    if spec.scale == 0:
        raise ConfigError(f"{path}.scale", "A scale of 0 loses the value", "Remove or mend it.")
    scale = spec.scale / 10**value.decimals
    layout = make_layout(spec.name, spec.unit, unit, scale, Fraction(0))
    low, high = narrow(path, spec.range, meaning.low, meaning.high, meaning.unit)
    if low is None or high is None:
        return CodePlan(spec.name, meaning.unit, layout, None, None)
    first, last = raw_bounds(layout, low, high)
    return CodePlan(spec.name, meaning.unit, layout, math.ceil(first), math.floor(last))
