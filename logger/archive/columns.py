"""The columns of a file of samples: their types, and what each of them means.

Channels stand as the pen sent them, as integers; their scale stands with them. Nothing is
rounded, and what was not measured is null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, count

import msgspec

from drivers.channels import CHANNELS
from drivers.model import ColumnLayout


class ColumnTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a file says of one column.

    A channel's value is (stored × numerator + addend) / denominator. ``stored_unit`` is the
    unit as the pen sent it, ``unit`` the one of the value. ``absent`` is the number that the
    pen sent for "not measured", which is stored as null.
    """

    name: str
    unit: str
    source: str
    description: str
    channel: str = ""
    stored_unit: str = ""
    numerator: int = 1
    addend: int = 0
    denominator: int = 1
    absent: int | None = None

    def metadata(self) -> dict[str, str]:
        """Return it as text by key, as it stands beside the column."""
        told = msgspec.structs.asdict(self)
        if not self.channel:
            told = {key: told[key] for key in ("name", "unit", "source", "description")}
        return {key: str(value) for key, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Shape:
    """How the channels of some blocks are laid out; ``floats`` says which are no integers."""

    layouts: tuple[ColumnLayout, ...]
    floats: tuple[bool, ...]

    def columns(self) -> Sequence[tuple[ColumnLayout, bool]]:
        """Return each channel's layout, and whether it holds floats, in the pen's order."""
        return list(zip(self.layouts, self.floats, strict=True))


class _Texts(msgspec.Struct, frozen=True):
    column: dict[str, dict[str, str]]
    channel: dict[str, dict[str, str]]


@cache
def _texts() -> _Texts:
    content = files("logger.archive").joinpath("columns.toml").read_bytes()
    return msgspec.toml.decode(content, type=_Texts)


@cache
def common_columns() -> Mapping[str, ColumnTold]:
    """Return what is said of the columns that every file has, by name, in order."""
    found = _texts().column.items()
    return {name: msgspec.convert({"name": name, **told}, ColumnTold) for name, told in found}


def channel_columns(shapes: Sequence[Shape]) -> dict[tuple[ColumnLayout, bool], ColumnTold]:
    """Return the column of each distinct layout of ``shapes``, in order of appearance.

    A channel that comes in a second layout has a second column, ``<channel>__2``.
    """
    found: dict[tuple[ColumnLayout, bool], ColumnTold] = {}
    taken = set(common_columns())
    for shape in shapes:
        for layout, is_float in shape.columns():
            if (layout, is_float) not in found:
                names = (f"{layout.channel}__{number}" for number in count(2))
                name = next(one for one in chain([layout.channel], names) if one not in taken)
                taken.add(name)
                found[layout, is_float] = _told_channel(layout, name)
    return found


def _told_channel(layout: ColumnLayout, name: str) -> ColumnTold:
    channel = CHANNELS.get(layout.channel)
    described = _texts().channel.get(layout.channel, {})
    return ColumnTold(
        name=name,
        channel=layout.channel,
        unit=channel.unit if channel else "",
        source=channel.source if channel else "",
        description=described.get("description", ""),
        stored_unit=layout.raw_unit,
        numerator=layout.numerator,
        addend=layout.addend,
        denominator=layout.denominator,
        absent=layout.absent,
    )
