"""A backlog as a recorder would have left it: samples journaled while no receiver was there."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from drivers.model import Anchor, HostTime, Pen, SampleBlock, SampleRun
from drivers.profile import find_profile
from drivers.simulator.pen import VirtualPen
from logger.journal import kinds
from logger.journal.blocks import BlockEncoder
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.writer import Journal
from tests.support.simulated import simulated_settings

SERIAL = "SIM-BACKLOG"
RATE_HZ = 100
ROWS = 20
"""What a commit every 200 ms yields at 100 Hz."""
_ROWS_MADE_AT_ONCE = 60_000
_BLOCKS_A_COMMIT = 1000
_S_NS = 1_000_000_000
_HOST_BOOT = "b0" * 16


def record_backlog(data_dir: Path, duration_s: int, until_ns: int, seed: int = 1) -> int:
    """Journal ``duration_s`` of a pen at 100 Hz up to ``until_ns``; return how many samples.

    Nothing of it is delivered to mqtt or influx. The blocks are those of a recorder; only
    more of them stand in one commit, so that a day is written in a minute.
    """
    samples = duration_s * RATE_HZ
    start_ns = until_ns - duration_s * _S_NS
    wall_ns = start_ns
    journaled = 0

    def clock() -> HostTime:
        return HostTime(wall_ns, wall_ns - start_ns, True)

    drafts = _drafts(samples, start_ns, seed)
    with Journal.open(data_dir, clock) as journal:
        undelivered = Cursor(journal.last_position, journal.last_position)
        journal.append([], {"mqtt": undelivered, "influx": undelivered})
        while batch := list(islice(drafts, _BLOCKS_A_COMMIT)):
            journaled += sum(len(draft.block) for draft in batch if draft.block is not None)
            wall_ns = start_ns + journaled * _S_NS // RATE_HZ
            journal.append(batch)
    assert journaled == samples
    return samples


def _drafts(samples: int, start_ns: int, seed: int) -> Iterator[Draft]:
    """Yield the entry that names the pen, and its blocks."""
    pen = VirtualPen(find_profile("npt"), simulated_settings(SERIAL, seed=seed))
    identified = kinds.PenIdentified(pen=pen.identity, layouts=pen.profile.layouts)
    yield Draft(kinds.kind_of(identified), SERIAL, "service", kinds.encode(identified))
    encoder = BlockEncoder()
    for first in range(0, samples, _ROWS_MADE_AT_ONCE):
        run = pen.samples(first, min(_ROWS_MADE_AT_ONCE, samples - first))
        for row in range(0, len(run), ROWS):
            block = _block(pen.identity, run, first, row, start_ns)
            yield Draft(kinds.SAMPLES, SERIAL, "service", encoder.encode(block), block)


def _block(pen: Pen, run: SampleRun, first: int, row: int, start_ns: int) -> SampleBlock:
    rows = slice(row, min(row + ROWS, len(run)))
    sequence = np.arange(first + rows.start, first + rows.stop, dtype=np.int64)
    elapsed_ns = int(sequence[-1]) * _S_NS // RATE_HZ
    return SampleBlock(
        pen=pen.serial,
        boot_id=pen.boot_id,
        simulated=True,
        sequence=sequence,
        sequence_counted=True,
        device_us=sequence * (1_000_000 // RATE_HZ),
        layouts=run.layouts,
        columns={name: column[rows] for name, column in run.columns.items()},
        status=run.status[rows],
        flags_known=run.flags_known,
        anchor=Anchor(1, start_ns // 1000, 0),
        host=HostTime(start_ns + elapsed_ns, elapsed_ns, True),
        host_boot_id=_HOST_BOOT,
    )
