"""Samples as InfluxDB line protocol, column by column.

What is the same in a whole block (measurement, tags, values that do not change, the
digits of the anchor) is written once, and the rest is put between: so that a point
costs half a microsecond.
"""

from functools import lru_cache

from drivers.escape import escape_tag
from drivers.model import Flag, SampleBlock
from logger.session.assignment import Assignment
from logger.sinks.texts import ABSENT, Column, TextsOfBlocks

TELEMETRY = "pen_telemetry"
NONE = "none"
"""Tag value where there is no session, side or zone: tags cannot be empty."""

_TAGS_KEPT = 200
_FLAGS_KEPT = 16
_STATUSES = 256

_FLAG_FIELDS = (
    (Flag.MOTOR_ON, "motor_on"),
    (Flag.CARTRIDGE_SEATED, "cartridge_seated"),
    (Flag.FAULT, "fault"),
)

_Piece = tuple[bytes, list[bytes]]
"""What stands before each value of a column, and the values; none if they are all the same."""


class BlockLines:
    """Writes blocks as lines; ``texts`` writes their numbers."""

    def __init__(self, site: str, texts: TextsOfBlocks) -> None:
        self._site = escape_tag(site)
        self._texts = texts

    def lines(self, block: SampleBlock, assignment: Assignment | None) -> bytes:
        """Return one line per sample, with line ends in between.

        Times are ns, unique per pen; floats are written so that they read back exactly.
        Absent values are left out.
        """
        texts, rows = self._texts.of(block), len(block)
        prefix = tags_of(TELEMETRY, self._site, block.pen, block.simulated, assignment)
        fields = [
            _field(layout.channel, column)
            for layout, column in zip(block.layouts, texts.channels, strict=True)
        ]
        fields.append(_flags(block))
        same = b"".join(before for before, values in fields if not values)
        varying = [field for field in fields if field[1]]
        # The last digits of a time are those of the anchor.
        digits = b"%03d" % (block.anchor.number % 1000)
        return _woven(
            [
                (f"{prefix} sequence=".encode(), texts.sequence.split(b",")),
                (b"i" + same, []),
                *varying,
                (b" ", texts.time_unix_us.split(b",")),
                (digits, []),
            ],
            rows,
        )


def _woven(columns: list[_Piece], rows: int) -> bytes:
    """Return one line a row, each with what stands before and then the value of every column."""
    line: list[bytes] = []
    places: list[tuple[int, list[bytes]]] = []
    constant = b""
    for before, values in columns:
        constant += before
        if values:
            line += [constant, b""]
            places.append((len(line) - 1, values))
            constant = b""
    line.append(constant + b"\n")
    pieces = line * rows
    for place, values in places:
        pieces[place :: len(line)] = values
    pieces[-1] = constant
    return b"".join(pieces)


def _field(name: str, column: Column) -> _Piece:
    before = f",{name}=".encode()
    if isinstance(column, bytes):
        return (b"" if column == ABSENT else before + column), []
    if ABSENT in column:
        return b"", [b"" if value == ABSENT else before + value for value in column]
    return before, column


def _flags(block: SampleBlock) -> _Piece:
    texts, statuses = _flag_texts(block.flags_known), block.status.tobytes()
    if statuses == statuses[:1] * len(statuses):
        return texts[statuses[0]], []
    return b"", [texts[status] for status in statuses]


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


@lru_cache(maxsize=_FLAGS_KEPT)
def _flag_texts(known: Flag) -> list[bytes]:
    """Return the fields of every status, for pens that have the flags ``known``."""
    return [_flags_text(known, Flag(status)).encode() for status in range(_STATUSES)]


def _flags_text(known: Flag, status: Flag) -> str:
    texts = [
        f",{name}={'true' if status & flag else 'false'}"
        for flag, name in _FLAG_FIELDS
        if known & flag
    ]
    if known & Flag.CONTACT and (not known & Flag.CONTACT_SENSED or status & Flag.CONTACT_SENSED):
        texts.append(f",contact={'true' if status & Flag.CONTACT else 'false'}")
    return "".join(texts)
