"""Where on the axis of time the samples of a session lie, by what each of their blocks tells."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from drivers.model import Anchor

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class BlockTold(Protocol):
    """What a block tells of all its samples; ``host`` is wall time, CLOCK_BOOTTIME, whether true.

    Anchor and host's clock are as in ``logger.journal.blocks.RawBlock``, which is one.
    """

    @property
    def boot_id(self) -> int | None: ...
    @property
    def host_boot_id(self) -> str: ...
    @property
    def host(self) -> tuple[int, int, bool]: ...
    @property
    def anchor(self) -> tuple[int, int, int]: ...
    @property
    def sequence_counted(self) -> bool: ...


def utc_ns_at_zero(blocks: Sequence[BlockTold]) -> Integers:
    """Return by block what UTC was when its pen's clock stood at nought."""
    # An hour of blocks has a handful of anchors.
    anchors = {block.anchor for block in blocks}
    at_zero = {anchor: Anchor(*anchor).utc_ns(0) for anchor in anchors}
    return np.array([at_zero[block.anchor] for block in blocks], dtype=np.int64)


def elapsed_s(blocks: Sequence[BlockTold], rows: Integers, device_us: Integers) -> Floats:
    """Return the time of every sample; across a reboot of the pen the host's clock tells."""
    ends = np.cumsum(rows)
    first_us, last_us = device_us[ends - rows], device_us[ends - 1]
    # What to add to a block's device time to get its time on the axis.
    added_us = np.full(len(blocks), -int(first_us[0]))
    for at in range(1, len(blocks)):
        before, block = blocks[at - 1], blocks[at]
        added_us[at] = added_us[at - 1]
        if before.boot_id != block.boot_id:
            away_us = max(0, _host_us(before, block) - int(last_us[at] - first_us[at]))
            added_us[at] += int(last_us[at - 1]) + away_us - int(first_us[at])
    if added_us.min() == added_us.max():
        return np.asarray((device_us + added_us[0]) / 1e6)
    return np.asarray((device_us + np.repeat(added_us, rows)) / 1e6)


def _host_us(before: BlockTold, block: BlockTold) -> int:
    """Return the time between the reads of two blocks; the wall clock's across a host's reboot."""
    clock = 1 if before.host_boot_id == block.host_boot_id else 0
    return (block.host[clock] - before.host[clock]) // 1000


def missing_before(blocks: Sequence[BlockTold], rows: Integers, sequence: Integers) -> Integers:
    """Return how many numbers the pen left out just before each sample; 0 where it counts none."""
    missing = np.diff(sequence, prepend=sequence[:1] - 1)
    missing -= 1
    np.maximum(missing, 0, out=missing)
    starts = np.cumsum(rows) - rows
    # Nobody can tell before the first sample after a reboot, nor where none are counted.
    for at, block in enumerate(blocks):
        if not block.sequence_counted:
            missing[starts[at] : starts[at] + rows[at]] = 0
        elif at and blocks[at - 1].boot_id != block.boot_id:
            missing[starts[at]] = 0
    return missing
