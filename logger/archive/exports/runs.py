"""Blocks of a session that are alike, taken together: an hour is some 18 000 blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from drivers.model import Anchor, ColumnLayout
from logger.archive.exports.source import Source
from logger.journal.blocks import RawBlock, parse_block
from logger.journal.many_blocks import float_columns
from logger.session.model import Session
from logger.session.places import Place
from logger.session.true_clock import Correction, TrueClock


@dataclass(frozen=True, slots=True)
class Alike:
    """What blocks must have in common to be taken together."""

    place: Place
    pen: str
    simulated: bool
    boot_id: int | None
    sequence_counted: bool
    anchor: Anchor
    synchronised: bool
    wrong: Correction | None
    flags_known: int
    layouts: tuple[ColumnLayout, ...]
    floats: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive blocks that are alike, still encoded, each with its position."""

    alike: Alike
    positions: list[int] = field(default_factory=list)
    blocks: list[RawBlock] = field(default_factory=list)


def runs_of(source: Source, session: Session, rows_at_most: int) -> Iterator[Run]:
    """Yield all blocks of ``session`` in order, by runs of ``rows_at_most`` or one block more."""
    clock = source.clock(session.pen)
    run: Run | None = None
    rows = 0
    for position, place, payload in source.payloads(session):
        raw, layouts = parse_block(payload)
        alike = _alike(raw, layouts, place, clock)
        if run is None or alike != run.alike or rows >= rows_at_most:
            if run is not None:
                yield run
            run, rows = Run(alike), 0
        run.positions.append(position)
        run.blocks.append(raw)
        rows += raw.rows
    if run is not None:
        yield run


def _alike(
    raw: RawBlock, layouts: tuple[ColumnLayout, ...], place: Place, clock: TrueClock
) -> Alike:
    wall_ns, boottime_ns, synchronised = raw.host
    return Alike(
        place=place,
        pen=raw.pen,
        simulated=raw.simulated,
        boot_id=raw.boot_id,
        sequence_counted=raw.sequence_counted,
        anchor=Anchor(*raw.anchor),
        synchronised=synchronised,
        wrong=clock.correction(raw.host_boot_id, wall_ns - boottime_ns),
        flags_known=raw.flags_known,
        layouts=layouts,
        floats=float_columns(raw),
    )
