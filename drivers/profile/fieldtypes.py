"""Field types by name: what a value of each takes on the wire and can hold."""

import re
from dataclasses import dataclass

from drivers.profile.plan import FieldKind

_CHARS = re.compile(r"char\[([1-9]\d{0,3})\]")
_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class FieldType:
    """``code`` is numpy's type code without byte order; ``low`` to ``high`` what it holds."""

    kind: FieldKind
    size: int = 0
    code: str = ""
    low: int = 0
    high: int = 0


def _binary() -> dict[str, FieldType]:
    types: dict[str, FieldType] = {"utf8-rest": FieldType("text")}
    for size in (1, 2, 4, 8):
        bits = 8 * size
        types[f"u{bits}"] = FieldType("int", size, f"u{size}", 0, 2**bits - 1)
        half = 2 ** (bits - 1)
        types[f"i{bits}"] = FieldType("int", size, f"i{size}", -half, half - 1)
    types["f32"] = FieldType("float", 4, "f4")
    types["f64"] = FieldType("float", 8, "f8")
    return types


BINARY_TYPES = _binary()
_LARGEST = 10**_DIGITS_MAX - 1
TEXT_TYPES = {
    "int": FieldType("int", low=-_LARGEST, high=_LARGEST),
    "decimal": FieldType("int", low=-_LARGEST, high=_LARGEST),
    "float": FieldType("float"),
    "text": FieldType("text"),
}


def find_type(name: str, *, text: bool) -> FieldType | None:
    """Return the type called ``name`` in a text or a binary format, None for none."""
    if text:
        return TEXT_TYPES.get(name)
    if found := _CHARS.fullmatch(name):
        return FieldType("text", int(found[1]))
    return BINARY_TYPES.get(name)


def type_names(*, text: bool) -> list[str]:
    """Return the names of all types of a text or a binary format."""
    return list(TEXT_TYPES) if text else [*BINARY_TYPES, "char[n]"]
