"""Reads and writes one binary frame as raw values by what they fill.

For identities and events; samples go in whole batches through ``drivers.samples``.
A value that the pen marks as absent is None.
"""

import math
import struct
from collections.abc import Mapping

from drivers import counters as cause
from drivers.errors import ConfigError, FrameError
from drivers.profile.plan import FieldPlan, FramePlan

Raw = int | float | str | None
_CODES = {"i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q"}
_CODES |= {"f4": "f", "f8": "d"}


def check_number(field: FieldPlan, raw: int | float, content: bytes) -> Raw:
    """Return ``raw``, or None if it says "absent"; ``FrameError`` if the field cannot hold it."""
    if raw == field.absent or (field.absent_text is not None and math.isnan(raw)):
        return None
    if field.low <= raw <= field.high:
        return raw
    raise FrameError(refusal(field), content, f"{field.fills or field.path} {raw}")


def refusal(field: FieldPlan) -> str:
    """Return the cause under which a frame is refused for a value of ``field``."""
    if field.equals is None:
        return cause.RANGE
    return cause.VERSION if field.fills == "protocol_version" else cause.CONSTANT


def struct_code(field: FieldPlan) -> str:
    """Return the code of a number's type in ``struct``, without byte order."""
    return _CODES[field.dtype[1:]]


def default_raw(field: FieldPlan) -> int | float:
    """Return what to send where nothing is known: absent, else the value nearest to zero."""
    if field.absent is not None:
        return field.absent
    if field.absent_text is not None:
        return math.nan
    return min(max(0, field.low), field.high)


class BinaryFrame:
    """Codec of one kind of binary frame."""

    def __init__(self, plan: FramePlan) -> None:
        self._plan = plan
        self._structs = {
            field.at: struct.Struct(field.dtype[0] + struct_code(field))
            for field in plan.fields
            if field.dtype
        }
        self._version = plan.filled.get("protocol_version")

    def read(self, content: bytes) -> dict[str, Raw]:
        """Return the raw values in ``content``; ``FrameError`` where they are not the plan's."""
        self._check_version(content)
        rest = self._plan.rest
        longest = self._plan.size + (int(rest.high) if rest else 0)
        if not self._plan.size <= len(content) <= longest:
            raise FrameError(cause.LENGTH, content, f"{len(content)} bytes")
        raws: dict[str, Raw] = {}
        for field in self._plan.fields:
            raw = self._read_field(field, content)
            if field.fills:
                raws[field.key] = raw
        return raws

    def write(self, header: bytes, raws: Mapping[str, Raw]) -> bytes:
        """Return the content that begins with ``header`` and tells ``raws``."""
        content = bytearray(self._plan.size)
        content[: len(header)] = header
        for field in self._plan.fields:
            raw = raws.get(field.key)
            if field.kind != "text":
                number = field.equals if isinstance(field.equals, int) else raw
                number = default_raw(field) if not isinstance(number, int | float) else number
                self._structs[field.at].pack_into(content, field.at, number)
                continue
            encoded = str(raw or "").encode()
            room = int(field.high) if field.is_rest else field.size
            if len(encoded) > room:
                raise ConfigError(
                    field.fills, f"{raw!r} takes {len(encoded)} bytes of {room}", "Shorten it."
                )
            content[field.at : field.at + len(encoded)] = encoded
        return bytes(content)

    def _check_version(self, content: bytes) -> None:
        # Before the length: another version may well have another one.
        field = self._version
        if field and field.equals is not None and len(content) >= field.at + field.size:
            self._read_field(field, content)

    def _read_field(self, field: FieldPlan, content: bytes) -> Raw:
        if field.kind != "text":
            (raw,) = self._structs[field.at].unpack_from(content, field.at)
            return check_number(field, raw, content)
        if not field.fills:
            return None
        data = content[field.at :] if field.is_rest else content[field.at :][: field.size]
        if not field.is_rest:
            data = data.split(b"\0", 1)[0]
        # A firmware line is worth having even where a character is broken.
        return decode_text(data, content, lenient=self._plan.role == "text")


def decode_text(data: bytes, content: bytes, *, lenient: bool) -> str:
    """Return ``data`` as UTF-8; ``FrameError`` where it is none, unless ``lenient``."""
    try:
        return data.decode("utf-8", "replace" if lenient else "strict")
    except UnicodeDecodeError as error:
        raise FrameError(cause.FORMAT, content, str(error)) from error
