"""Blocks laid by, to be folded together.

A fold of a thousand rows costs hardly more than one of ten.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from drivers.model import SampleBlock
from logger.session.rows import SUMMED_CHANNELS

HELD_BLOCKS_MAX: Final = 50
_HELD_ROWS_MAX: Final = 1000


class HeldBlocks:
    """Alike blocks that follow one another; at most ``blocks_max`` of them, or 1000 rows."""

    def __init__(self, blocks_max: int) -> None:
        self._blocks_max = blocks_max
        self._blocks: list[SampleBlock] = []
        self._rows = 0
        self._ran = 0

    @property
    def last(self) -> SampleBlock | None:
        """The newest block; None where nothing is held."""
        return self._blocks[-1] if self._blocks else None

    @property
    def is_full(self) -> bool:
        return len(self._blocks) >= self._blocks_max or self._rows >= _HELD_ROWS_MAX

    def add(self, block: SampleBlock, ran: bool) -> None:
        """Lay by a block; ``ran`` tells whether it has the motor on."""
        self._blocks.append(block)
        self._rows += len(block)
        if ran:
            self._ran = len(self._blocks)

    def take(self) -> list[tuple[SampleBlock, bool]]:
        """Return what is held as up to two blocks, with whether they ran, and hold it no longer.

        The first ends with the last block that has the motor on, because a forgotten
        session ends there; the second has it nowhere on.
        """
        if not self._blocks:
            return []
        parts = ((self._blocks[: self._ran], True), (self._blocks[self._ran :], False))
        self._blocks, self._rows, self._ran = [], 0, 0
        return [(_joined(blocks), ran) for blocks, ran in parts if blocks]


def are_alike(one: SampleBlock, other: SampleBlock) -> bool:
    """Return whether columns, flags and times of two blocks mean the same."""
    return (
        one.layouts == other.layouts
        and one.flags_known == other.flags_known
        and one.anchor == other.anchor
    )


def _joined(blocks: Sequence[SampleBlock]) -> SampleBlock:
    """Return alike blocks as one, with those channels that are summed."""
    first = blocks[0]
    if len(blocks) == 1:
        return first
    layouts = tuple(one for one in first.layouts if one.channel in SUMMED_CHANNELS)
    columns: dict[str, NDArray[np.generic]] = {
        one.channel: np.concatenate([block.columns[one.channel] for block in blocks])
        for one in layouts
    }
    return replace(
        first,
        sequence=np.concatenate([block.sequence for block in blocks]),
        device_us=np.concatenate([block.device_us for block in blocks]),
        layouts=layouts,
        columns=columns,
        status=np.concatenate([block.status for block in blocks]),
    )
