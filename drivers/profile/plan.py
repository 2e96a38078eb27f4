"""Profiles compiled: where a field lies, which raw values it may have, what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from drivers.model import ColumnLayout, Flag
from drivers.profile.schema import Role

FieldKind = Literal["int", "float", "text"]


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field, ready to be read and written.

    ``at`` is the byte offset in the frame (binary) or the index after the word (text).
    ``dtype`` is numpy's code with byte order for binary numbers, else empty; ``size`` the
    bytes taken, 0 for ``utf8-rest``. ``low`` and ``high`` bound raw values, both included.
    ``absent`` is the raw value for "not measured": the one sent, or for text one below
    ``low`` that stands for ``absent_text``. ``layout`` turns raw into canonical, where the
    field is a quantity or a clock. ``modulus`` is the raw count at which a counter wraps.
    """

    path: str
    fills: str
    type: str
    kind: FieldKind
    at: int
    size: int = 0
    dtype: str = ""
    low: int | float = 0
    high: int | float = 0
    absent: int | None = None
    absent_text: str | None = None
    equals: int | str | None = None
    layout: ColumnLayout | None = None
    modulus: int | None = None
    bits: tuple[tuple[int, Flag], ...] = ()
    prefix: str = ""
    suffix: str = ""
    decimals: int = 0

    @property
    def key(self) -> str:
        """What tells the field from others of its frame: several may fill the status."""
        return f"status@{self.at}" if self.fills == "status" else self.fills

    @property
    def is_rest(self) -> bool:
        """Whether the field takes all bytes that are left, ``high`` at most."""
        return self.type == "utf8-rest"


@dataclass(frozen=True, slots=True)
class CodePlan:
    """A setting of one code: its event's name and how its raw value becomes canonical."""

    name: str
    unit: str
    layout: ColumnLayout
    low: int | None
    high: int | None


@dataclass(frozen=True)
class FramePlan:
    """A kind of frame. ``size`` is its length in bytes without checksum.

    With a ``utf8-rest`` field ``size`` is the length without that field.
    """

    name: str
    role: Role
    type: int | str | None
    fields: tuple[FieldPlan, ...]
    size: int
    codes: Mapping[int, CodePlan]

    @cached_property
    def filled(self) -> Mapping[str, FieldPlan]:
        """Fields by what they fill; of several status fields the last."""
        return {field.fills: field for field in self.fields if field.fills}

    @cached_property
    def rest(self) -> FieldPlan | None:
        """The field that takes all bytes left, if there is one."""
        last = self.fields[-1]
        return last if last.is_rest else None

    @cached_property
    def layouts(self) -> tuple[ColumnLayout, ...]:
        """Layouts of the channels that the frame fills, in the order of the wire."""
        return tuple(
            field.layout
            for field in self.fields
            if field.layout is not None and field.fills == field.layout.channel
        )

    @cached_property
    def flags_known(self) -> Flag:
        """The status bits that the frame tells."""
        flags = Flag(0)
        for field in self.fields:
            for _, flag in field.bits:
                flags |= flag
        return flags
