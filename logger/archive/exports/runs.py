"""Blocks of a session that are alike, taken together: an hour is some 18 000 blocks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from drivers.model import Anchor, ColumnLayout
from logger.archive.exports.source import Source
from logger.journal.blocks import RawBlock, parse_block
from logger.journal.many_blocks import float_columns
from logger.session.model import Session
from logger.session.places import Place
from logger.session.true_clock import Correction


class Alike(NamedTuple):
    """What blocks must have in common to be taken together; ``anchor`` as it is journaled."""

    pen: str
    simulated: bool
    boot_id: int | None
    sequence_counted: bool
    anchor: tuple[int, int, int]
    flags_known: int
    synchronised: bool
    place: Place
    wrong: Correction | None
    layouts: tuple[ColumnLayout, ...]
    floats: tuple[bool, ...]


_FIRST = attrgetter(*Alike._fields[:6])


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive blocks that are alike, still encoded, each with its position."""

    alike: Alike
    positions: list[int] = field(default_factory=list)
    blocks: list[RawBlock] = field(default_factory=list)

    @property
    def anchor(self) -> Anchor:
        """By what all its samples are timed."""
        return Anchor(*self.alike.anchor)


def runs_of(source: Source, session: Session, rows_at_most: int) -> Iterator[Run]:
    """Yield all blocks of ``session`` in order, by runs of ``rows_at_most`` or one block more."""
    clock = source.clock(session.pen)

    def wrong(block: RawBlock) -> Correction | None:
        wall_ns, boottime_ns, _ = block.host
        return clock.correction(block.host_boot_id, wall_ns - boottime_ns)

    return runs(source.payloads(session), wrong, rows_at_most)


def runs(
    blocks: Iterable[tuple[int, Place, bytes]],
    wrong: Callable[[RawBlock], Correction | None],
    rows_at_most: int,
) -> Iterator[Run]:
    """Yield the same for blocks with their positions and places, in order.

    ``wrong`` is asked once for each of them. JournalError for one that is damaged.
    """
    run: Run | None = None
    rows = 0
    for position, place, payload in blocks:
        raw, layouts = parse_block(payload)
        look = (*_FIRST(raw), raw.host[2], place, wrong(raw), layouts, float_columns(raw))
        if run is None or look != run.alike or rows >= rows_at_most:
            if run is not None:
                yield run
            run, rows = Run(Alike(*look)), 0
        run.positions.append(position)
        run.blocks.append(raw)
        rows += raw.rows
    if run is not None:
        yield run
