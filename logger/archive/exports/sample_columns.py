"""Every sample of a session, by columns: what the journal has, where it belongs, its times.

``docs/exports.md`` says what each column is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from drivers.channels import CHANNELS
from drivers.model import ColumnLayout, Flag
from logger.archive.exports.many_texts import Texts, time_texts
from logger.archive.exports.runs import Run, runs_of
from logger.archive.exports.source import Source
from logger.archive.exports.times import Around, local_around, utc_around
from logger.journal.many_blocks import join_columns, rows_of
from logger.session.model import Session
from logger.session.true_clock import Correction

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Levels:
    """A channel by the values that occur, few as a rule: a sample's is ``values[which]``.

    NaN where it was not measured.
    """

    values: NDArray[np.float64]
    which: NDArray[np.integer[Any]]


Column: TypeAlias = Value | NDArray[Any] | Texts | Levels
"""What all samples have in common, or what each has."""

ROWS_AT_ONCE = 20_000
_LEVELS_MAX = 1 << 12

FLAGS = {
    "motor_on": Flag.MOTOR_ON,
    "contact": Flag.CONTACT,
    "contact_sensed": Flag.CONTACT_SENSED,
    "cartridge_seated": Flag.CARTRIDGE_SEATED,
    "fault": Flag.FAULT,
}

COLUMNS = (
    "time_utc",
    "time_local",
    "time_unix_ns",
    "clock_synchronised",
    "anchor",
    "corrected_time_utc",
    "corrected_time_unix_ns",
    "corrected_by_position",
    "pen",
    "simulated",
    "session",
    "side",
    "zone",
    "paused",
    "position",
    "boot_id",
    "sequence",
    "device_us",
    *CHANNELS,
    *FLAGS,
)
"""What is told of a sample, in order; channels carry their unit in the name.

``corrected_*`` are None where nothing knows better than what was recorded.
"""


@dataclass(frozen=True, slots=True)
class Samples:
    """Consecutive samples: how many, and a column for each name of :data:`COLUMNS`."""

    count: int
    columns: dict[str, Column]


def sample_columns(source: Source, session: Session, zone: tzinfo | None) -> Iterator[Samples]:
    """Yield all samples of ``session`` in order, some :data:`ROWS_AT_ONCE` at a time.

    Paused samples are there, without side and zone; None stands for what the pen does not
    tell. Blocks that were erased are left out. ``zone`` is that of local times, None the
    machine's.
    """
    for run in runs_of(source, session, ROWS_AT_ONCE):
        yield samples_of(session.id, run, local_around(zone))


def samples_of(session: str, run: Run, local: Around) -> Samples:
    """Return the samples of one run; ``local`` gives the local times.

    JournalError if the bytes of a block do not fit its rows.
    """
    alike, blocks = run.alike, run.blocks
    sequence, device_us, status, *raw_channels = join_columns(blocks)
    times_ns = run.anchor.utc_ns(device_us.astype(np.int64))
    in_utc, in_zone = time_texts(times_ns, utc_around, local)
    place = alike.place
    columns: dict[str, Column] = {
        "time_utc": in_utc,
        "time_local": in_zone,
        "time_unix_ns": times_ns,
        "clock_synchronised": alike.synchronised,
        "anchor": run.anchor.number,
        **_corrected(times_ns, alike.wrong),
        "pen": alike.pen,
        "simulated": alike.simulated,
        "session": session,
        "side": place.side,
        "zone": place.zone,
        "paused": place.paused,
        "position": np.repeat(np.array(run.positions), rows_of(blocks)),
        "boot_id": alike.boot_id,
        "sequence": sequence,
        "device_us": device_us,
        **dict.fromkeys((*CHANNELS, *FLAGS)),
    }
    for layout, raw in zip(alike.layouts, raw_channels, strict=True):
        if layout.channel in CHANNELS:
            columns[layout.channel] = levels(layout, raw)
    for name, flag in FLAGS.items():
        if alike.flags_known & flag:
            columns[name] = (status.astype(np.uint8) & np.uint8(flag)) != 0
    return Samples(len(sequence), columns)


def levels(layout: ColumnLayout, raw: NDArray[np.generic]) -> Levels:
    """Return the values of a channel, raw int64 or float64 [n], each worked out but once."""
    # By their bits: so that floats are told apart to the last of them.
    bits = raw.view(np.int64)
    lowest = int(bits.min())
    if int(bits.max()) - lowest >= _LEVELS_MAX:
        known, which = np.unique(bits, return_inverse=True)
    else:
        occurs = np.zeros(_LEVELS_MAX, np.bool_)
        occurs[bits - lowest] = True
        known = np.flatnonzero(occurs) + lowest
        which = (np.cumsum(occurs) - 1)[bits - lowest]
    return Levels(layout.values(known.view(raw.dtype)), which)


def _corrected(times_ns: NDArray[np.int64], wrong: Correction | None) -> dict[str, Column]:
    if wrong is None:
        return dict.fromkeys(
            ("corrected_time_utc", "corrected_time_unix_ns", "corrected_by_position")
        )
    true_ns = times_ns + wrong.correction_ns
    return {
        "corrected_time_utc": time_texts(true_ns, utc_around)[0],
        "corrected_time_unix_ns": true_ns,
        "corrected_by_position": wrong.by_position,
    }
