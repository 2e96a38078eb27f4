"""Every sample of a session as text: CSV after RFC 4180, or JSON lines.

Values are the shortest decimals that read back as the same number, so nothing is lost.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec
import numpy as np

from drivers.channels import CHANNELS
from drivers.model import Flag, SampleBlock
from logger.journal.blocks import decode_block
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.places import Place, place_at
from logger.session.true_clock import TrueClock, readings_of

Value = str | int | float | bool | None

_FLAGS = {
    "motor_on": Flag.MOTOR_ON,
    "contact": Flag.CONTACT,
    "contact_sensed": Flag.CONTACT_SENSED,
    "cartridge_seated": Flag.CARTRIDGE_SEATED,
    "fault": Flag.FAULT,
}

COLUMNS = (
    "time_utc",
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
    *_FLAGS,
)
"""What stands in a row, in order; channels carry their unit in the name.

``corrected_*`` are None where nothing knows better than what was recorded.
"""


def utc_text(unix_ns: int) -> str:
    """Return a time as ISO 8601 in UTC with all nine digits: ``2026-11-22T08:07:00.000000001Z``."""
    seconds, fraction_ns = divmod(unix_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction_ns:09d}Z"


def session_rows(reader: JournalReader, session: Session) -> Iterator[tuple[Value, ...]]:
    """Yield a row for every sample of ``session``, in order of :data:`COLUMNS`.

    Paused samples are there, without side and zone; None stands for what was not measured
    or the pen does not tell. Blocks that were pruned are left out.
    """
    clock = TrueClock(readings_of(reader), session.pen)
    entries = reader.entries(
        session.started_position, kinds=(SAMPLES,), stream=session.pen, to=session.ended_position
    )
    for entry in entries:
        place = place_at(session, entry.position)
        if place is not None and entry.payload is not None:
            yield from _block_rows(
                decode_block(entry.payload), session, place, entry.position, clock
            )


def export_session(reader: JournalReader, session: Session, form: str) -> Iterator[str]:
    """Yield the text of all rows, line by line; ``form`` is one of :data:`FORMATS`."""
    return _WRITERS[form](session_rows(reader, session))


def _block_rows(
    block: SampleBlock, session: Session, place: Place, position: int, clock: TrueClock
) -> Iterator[tuple[Value, ...]]:
    times = block.utc_ns().tolist()
    channels = [_channel(block, name) for name in CHANNELS]
    flags = [_flag(block, flag) for flag in _FLAGS.values()]
    host = block.host
    wrong = clock.correction(block.host_boot_id, host.wall_ns - host.boottime_ns)
    columns = zip(times, block.sequence.tolist(), block.device_us.tolist(), strict=True)
    for (time_ns, sequence, device_us), values, bits in zip(
        columns, zip(*channels, strict=True), zip(*flags, strict=True), strict=True
    ):
        yield (
            utc_text(time_ns),
            time_ns,
            host.synchronised,
            block.anchor.number,
            None if wrong is None else utc_text(time_ns + wrong.correction_ns),
            None if wrong is None else time_ns + wrong.correction_ns,
            None if wrong is None else wrong.by_position,
            block.pen,
            block.simulated,
            session.id,
            place.side,
            place.zone,
            place.paused,
            position,
            block.boot_id,
            sequence,
            device_us,
            *values,
            *bits,
        )


def _channel(block: SampleBlock, name: str) -> list[float | None]:
    values = block.values(name)
    if values is None:
        return [None] * len(block)
    return [
        None if absent else value
        for value, absent in zip(values.tolist(), np.isnan(values).tolist(), strict=True)
    ]


def _flag(block: SampleBlock, flag: Flag) -> list[bool | None]:
    if not block.flags_known & flag:
        return [None] * len(block)
    bits: list[bool | None] = ((block.status & np.uint8(flag)) != 0).tolist()
    return bits


def _csv_lines(rows: Iterator[tuple[Value, ...]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_csv_field(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _csv_field(value: Value) -> Value:
    return int(value) if isinstance(value, bool) else value


def _json_lines(rows: Iterator[tuple[Value, ...]]) -> Iterator[str]:
    encoder = msgspec.json.Encoder()
    for row in rows:
        yield encoder.encode(dict(zip(COLUMNS, row, strict=True))).decode() + "\n"


_WRITERS: Mapping[str, Callable[[Iterator[tuple[Value, ...]]], Iterator[str]]] = {
    "csv": _csv_lines,
    "jsonl": _json_lines,
}

FORMATS = tuple(_WRITERS)
"""The forms that :func:`export_session` knows."""
