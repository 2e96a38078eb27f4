"""Samples as InfluxDB line protocol, column by column.

What is the same in a whole block (measurement, tags, values that do not change, the
digits of the anchor) is written once, and the values come from tables of texts: so that
a point costs about a microsecond.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import repeat
from typing import Any

from drivers.escape import escape_tag
from drivers.model import ColumnLayout, Flag, SampleBlock
from logger.session.assignment import Assignment
from logger.sinks.texts import LayoutTexts, Texts, TextTables, integer_texts, number_text

TELEMETRY = "pen_telemetry"
NONE = "none"
"""Tag value where there is no session, side or zone: tags cannot be empty."""

_TAGS_KEPT = 200

_FLAG_FIELDS = (
    (Flag.MOTOR_ON, "motor_on"),
    (Flag.CARTRIDGE_SEATED, "cartridge_seated"),
    (Flag.FAULT, "fault"),
)


class BlockLines:
    """Writes blocks as lines; keeps the texts of values it has met, within bounds."""

    def __init__(self, site: str) -> None:
        self._site = escape_tag(site)
        self._channels = LayoutTexts(_field_text)
        self._flags = TextTables()

    def lines(self, block: SampleBlock, assignment: Assignment | None) -> list[str]:
        """Return one line per sample, without line ends.

        Times are ns, unique per pen; floats are written so that they read back exactly.
        Absent values are left out.
        """
        columns = [
            texts.column(block.columns[layout.channel])
            for layout, texts in self._channels.of(block.layouts)
        ]
        columns.append(self._status(block.flags_known).column(block.status))
        same = "".join(column for column in columns if isinstance(column, str))
        prefix = tags_of(TELEMETRY, self._site, block.pen, block.simulated, assignment)
        pieces: list[Iterable[str]] = [
            repeat(f"{prefix} sequence="),
            integer_texts(block.sequence),
            repeat(f"i{same}"),
            *(column for column in columns if not isinstance(column, str)),
            repeat(" "),
            integer_texts(block.utc_ns()),
        ]
        return list(map("".join, zip(*pieces, strict=False)))

    def _status(self, known: Flag) -> Texts:
        return self._flags.of(known, lambda status: _flags_text(known, Flag(status)))


@lru_cache(maxsize=_TAGS_KEPT)
def tags_of(
    measurement: str, site: str, pen: str, simulated: bool, assignment: Assignment | None
) -> str:
    """Return measurement and tags of a line; ``site`` is escaped already."""
    session, side, zone = tag_values(assignment)
    return (
        f"{measurement},pen={escape_tag(pen)},session={escape_tag(session)},"
        f"side={side},site={site},source={'simulated' if simulated else 'pen'},zone={zone}"
    )


def tag_values(assignment: Assignment | None) -> tuple[str, str, str]:
    """Return session, side and zone as tag values."""
    if assignment is None:
        return NONE, NONE, NONE
    return assignment.session, assignment.side or NONE, assignment.zone or NONE


def _field_text(layout: ColumnLayout, raw: Any) -> str:
    text = number_text(layout, raw, absent="")
    return f",{layout.channel}={text}" if text else ""


def _flags_text(known: Flag, status: Flag) -> str:
    texts = [
        f",{name}={'true' if status & flag else 'false'}"
        for flag, name in _FLAG_FIELDS
        if known & flag
    ]
    if known & Flag.CONTACT and (not known & Flag.CONTACT_SENSED or status & Flag.CONTACT_SENSED):
        texts.append(f",contact={'true' if status & Flag.CONTACT else 'false'}")
    return "".join(texts)
