"""Reads and writes one line of text as raw values by what they fill.

A line must match its profile to the character: without a checksum nothing else tells a
value from noise. Numbers stay exact: a decimal is kept as an integer scaled by
``10**decimals``.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence

from drivers import counters as cause
from drivers.errors import ConfigError, FrameError
from drivers.fields import Raw, check_number, decode_text, default_raw
from drivers.profile.plan import FieldPlan, FramePlan

Number = Callable[[bytes], int | float]


class TextFrame:
    """Codec of one kind of line. ``fields`` are the ones whose values ``match`` captures."""

    def __init__(self, plan: FramePlan, separator: str) -> None:
        self._plan = plan
        self._separator = separator
        self.fields = tuple(f for f in plan.fields if f.fills or isinstance(f.equals, int))
        patterns = [_pattern(field, separator) for field in plan.fields]
        if isinstance(plan.type, str):
            patterns.insert(0, re.escape(plan.type))
        self.match = re.compile(re.escape(separator).join(patterns).encode()).fullmatch
        self._parsers = tuple(number_parser(field) for field in self.fields)
        self._count = len(patterns)

    def read(self, content: bytes) -> dict[str, Raw]:
        """Return the raw values in ``content``; ``FrameError`` where they are not the plan's."""
        match = self.match(content)
        if match is None:
            raise self.mismatch(content)
        raws: dict[str, Raw] = {}
        for field, parse, sent in zip(self.fields, self._parsers, match.groups(), strict=True):
            if field.absent_text is not None and sent == field.absent_text.encode():
                raws[field.key] = None
            elif field.kind == "text":
                lenient = self._plan.role == "text"
                raws[field.key] = decode_text(sent, content, lenient=lenient)
            else:
                raws[field.key] = check_number(field, parse(sent), content)
        raws.pop("", None)
        return raws

    def mismatch(self, content: bytes) -> FrameError:
        """Return why ``content``, which does not match, is no such line."""
        count = content.count(self._separator.encode()) + 1
        if count != self._count:
            return FrameError(cause.FIELDS, content, f"{count} fields, not {self._count}")
        version = self._plan.filled.get("protocol_version")
        if version is not None and version.equals is not None:
            word = content.split(self._separator.encode())[self._index(version)]
            if word != str(version.equals).encode():
                return FrameError(cause.VERSION, content)
        return FrameError(cause.FORMAT, content)

    def write(self, raws: Mapping[str, Raw]) -> bytes:
        """Return the line's content that tells ``raws``."""
        words = [self._plan.type] if isinstance(self._plan.type, str) else []
        words += [
            f"{field.prefix}{self._word(field, raws.get(field.key))}{field.suffix}"
            for field in self._plan.fields
        ]
        return self._separator.join(words).encode()

    def _index(self, field: FieldPlan) -> int:
        return self._plan.fields.index(field) + isinstance(self._plan.type, str)

    def _word(self, field: FieldPlan, raw: Raw) -> str:
        if field.equals is not None:
            return str(field.equals)
        if field.kind == "text":
            text = str(raw or "")
            if re.search(rf"[{re.escape(self._separator)}*\x00-\x1f\x7f]", text):
                raise ConfigError(
                    field.fills, f"{text!r} cannot stand in a line", f"No {self._separator} or *."
                )
            return text
        number = raw if isinstance(raw, int | float) else default_raw(field)
        if field.absent_text is not None and (number == field.absent or math.isnan(number)):
            return field.absent_text
        return format_number(field, number)


def format_number(field: FieldPlan, raw: int | float) -> str:
    """Return a raw value as the pen would print it."""
    if field.kind == "float":
        return repr(float(raw))
    if not field.decimals:
        return str(int(raw))
    whole, part = divmod(abs(int(raw)), 10**field.decimals)
    return f"{'-' if raw < 0 else ''}{whole}.{part:0{field.decimals}d}"


def _pattern(field: FieldPlan, separator: str) -> str:
    if isinstance(field.equals, str):
        return re.escape(field.prefix + field.equals + field.suffix)
    value = {
        "int": r"-?\d{1,18}",
        "decimal": rf"-?\d{{1,{18 - field.decimals}}}",
        "float": r"-?\d{1,18}(?:\.\d{1,18})?(?:[eE][-+]?\d{1,2})?",
        "text": rf"[^{re.escape(separator)}\x00-\x1f\x7f]{{0,{int(field.high)}}}",
    }[field.type]
    if field.decimals:
        value += rf"(?:\.\d{{1,{field.decimals}}})?"
    if field.absent_text is not None:
        value += f"|{re.escape(field.absent_text)}"
    captured = field.fills or isinstance(field.equals, int)
    group = f"({value})" if captured else f"(?:{value})"
    return re.escape(field.prefix) + group + re.escape(field.suffix)


def number_parser(field: FieldPlan) -> Number:
    """Return what turns the text of a number that is not absent into its raw value."""
    if field.decimals:
        return _decimal_parser(field.decimals)
    return float if field.kind == "float" else int


def column_parser(field: FieldPlan) -> Callable[[Sequence[bytes]], list[int | float]]:
    """Return what turns a column of numbers as sent into raw values; one for all that are alike."""
    parse = number_parser(field)
    absent_text = None if field.absent_text is None else field.absent_text.encode()
    absent = math.nan if field.absent is None else field.absent

    def parse_column(column: Sequence[bytes]) -> list[int | float]:
        first = column[0]
        if column.count(first) == len(column):
            return [absent if first == absent_text else parse(first)]
        if absent_text is not None and absent_text in column:
            return [absent if sent == absent_text else parse(sent) for sent in column]
        return list(map(parse, column))

    return parse_column


def _decimal_parser(decimals: int) -> Number:
    def parse(sent: bytes) -> int:
        whole, _, part = sent.partition(b".")
        return int(whole + part.ljust(decimals, b"0"))

    return parse
