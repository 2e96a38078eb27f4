"""How often which depth and rate occurred in a session, counted from its samples."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drivers.model import Flag
from logger.archive.exports.runs import Run, runs_of
from logger.archive.exports.sample_columns import ROWS_AT_ONCE
from logger.archive.exports.source import Source
from logger.journal.many_blocks import join_columns
from logger.session.model import Session

BIN_WIDTHS = {"depth_set_mm": 0.1, "depth_measured_mm": 0.1, "rate_hz": 5.0}
"""The channels that are counted, and how wide a bin of each is in its unit."""
_STATUS, _FIRST_CHANNEL = 2, 3


@dataclass(slots=True)
class Distribution:
    """Samples with the motor on by channel and bin; bin ``n`` reaches from ``n - ½`` widths on.

    So a value that was set in whole widths lies in the middle of its bin.
    """

    counts: dict[str, dict[int, int]] = field(
        default_factory=lambda: {channel: {} for channel in BIN_WIDTHS}
    )

    def shares(self, channel: str) -> dict[int, float]:
        """Return the share of each bin of ``channel``, in rising order; they make 1."""
        counts = self.counts[channel]
        total = sum(counts.values())
        return {number: counts[number] / total for number in sorted(counts)}


def distribution_of(source: Source, session: Session) -> Distribution:
    """Return the distribution over all samples of ``session`` outside its pauses.

    CommandRefused where they lie in a file that was set aside, JournalError for a block that
    is damaged.
    """
    found = Distribution()
    for run in runs_of(source, session, ROWS_AT_ONCE):
        if not run.alike.place.paused:
            _count(found, run)
    return found


def _count(found: Distribution, run: Run) -> None:
    columns = join_columns(run.blocks)
    channels = zip(run.alike.layouts, columns[_FIRST_CHANNEL:], strict=True)
    values = {
        layout.channel: layout.values(raw)
        for layout, raw in channels
        if layout.channel in BIN_WIDTHS
    }
    is_on = _motor_on(run, columns[_STATUS], values)
    for channel, measured in values.items():
        known = measured[is_on & ~np.isnan(measured)]
        bins = np.rint(known / BIN_WIDTHS[channel]).astype(np.int64)
        counts = found.counts[channel]
        for number, count in zip(*np.unique(bins, return_counts=True), strict=True):
            counts[int(number)] = counts.get(int(number), 0) + int(count)


def _motor_on(
    run: Run, status: NDArray[np.generic], values: dict[str, NDArray[np.float64]]
) -> NDArray[np.bool_]:
    """Return where the motor was on: by its bit, or by a rate above zero where there is none."""
    if run.alike.flags_known & Flag.MOTOR_ON:
        is_on: NDArray[np.bool_] = (status.astype(np.uint8) & np.uint8(Flag.MOTOR_ON)) != 0
        return is_on
    rate = values.get("rate_hz")
    return np.zeros(len(status), np.bool_) if rate is None else rate > 0
