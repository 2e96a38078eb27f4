"""What goes over from a file that was set aside into its successor.

The successor must tell by itself which sessions are open and where each pen's record
ended: what lies before it may be lost.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from logger.errors import JournalError
from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.entry import Draft, Entry
from logger.journal.files import set_aside_files
from logger.journal.reader import JournalReader
from logger.journal.recovering import known_of
from logger.journal.salvage import salvage
from logger.session.live_state import LiveState
from logger.session.projection import Projection

TAIL_BYTES = 4 * 1024 * 1024
"""So much of a damaged file's end is read at a start, besides its log: some 0.5 s.

The session store is never further behind than 2000 entries, which take less.
"""

_ACTOR = "service"


def begins_afresh(reader: JournalReader) -> bool:
    """Return whether the journal is a successor into which nothing was carried over yet."""
    return 1 < reader.first_position == reader.last_position()


def readable_tail(data_dir: Path) -> list[Entry]:
    """Return what can be read at the end of the newest file that was set aside."""
    damaged = set_aside_files(data_dir)
    if not damaged:
        return []
    try:
        with salvage(damaged[-1], tail_bytes=TAIL_BYTES) as found:
            return list(found.entries(known_of(damaged[-1])))
    except OSError as error:
        raise JournalError(f"{damaged[-1]} cannot be read: {error}") from error


def carried_over(projection: Projection, tail: Sequence[Entry]) -> list[Draft]:
    """Return the first drafts of a successor: every open session, every pen of ``tail``."""
    sessions = [_session(state) for state in projection.open_states()]
    drafts = [_draft(one, one.started.pen) for one in sessions]
    return drafts + [_draft(pen, serial) for serial, pen in _pens(tail).items()]


def _session(state: LiveState) -> kinds.SessionCarried:
    return kinds.SessionCarried(
        session=state.started.session,
        started=state.started,
        started_position=state.started_position,
        started_unix_ns=state.started_unix_ns,
        started_by=state.started_by,
        side=state.side,
        zone=state.zone,
        paused=state.paused,
        lapsed=state.lapsed,
        clinical=state.record.clinical,
    )


def _pens(tail: Iterable[Entry]) -> dict[str, kinds.PenCarried]:
    """Return where each pen's record ended; a pen that was only identified has no samples."""
    numbers: dict[str, int] = {}
    newest: dict[str, bytes] = {}
    for entry in tail:
        if entry.payload is None:
            continue
        if entry.kind == kinds.SAMPLES:
            newest[entry.stream] = entry.payload
        elif entry.kind == "anchor.set":
            payload = kinds.decode(entry.kind, entry.payload)
            if isinstance(payload, kinds.AnchorSet):
                numbers[entry.stream] = payload.anchor.number
    pens = {serial: kinds.PenCarried(anchor_number=number) for serial, number in numbers.items()}
    return pens | {serial: _pen(data, numbers.get(serial, 0)) for serial, data in newest.items()}


def _pen(payload: bytes, number: int) -> kinds.PenCarried:
    block = decode_block(payload)
    return kinds.PenCarried(
        anchor_number=max(number, block.anchor.number),
        boot_id=block.boot_id,
        last_sequence=int(block.sequence[-1]),
        last_device_us=int(block.device_us[-1]),
        last_unix_ns=int(block.utc_ns()[-1]),
        last_host=block.host,
        host_boot_id=block.host_boot_id,
        counted=block.sequence_counted,
    )


def _draft(payload: kinds.Payload, stream: str) -> Draft:
    return Draft(kinds.kind_of(payload), stream, _ACTOR, kinds.encode(payload))
