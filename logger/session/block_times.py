"""Looking up in the journal when the samples at a position were taken."""

from logger.journal.blocks import decode_block
from logger.journal.entry import Entry
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.session.record_orders import BlockTimes
from logger.session.rows import utc_ns_at


def block_times(reader: JournalReader, pen: str, position: int) -> BlockTimes | None:
    """Return the times of the block of ``pen`` at ``position``; None if there is none."""
    for entry in reader.read(position - 1, 1, to=position):
        if entry.kind == SAMPLES and entry.stream == pen:
            return _times(entry)
    return None


def block_position_at(
    reader: JournalReader, pen: str, first: int, last: int, unix_ns: int
) -> int | None:
    """Return the first block of ``pen`` in a range of positions that reaches up to ``unix_ns``.

    None if all end before. Looked up by halves, as blocks follow one another in time.
    """
    found = None
    while first <= last:
        middle = (first + last) // 2
        blocks = reader.read(middle - 1, 1, kinds=(SAMPLES,), stream=pen, to=last)
        times = _times(blocks[0]) if blocks else None
        if times is None:
            last = middle - 1
        elif times.last_unix_ns >= unix_ns:
            found, last = blocks[0].position, middle - 1
        else:
            first = blocks[0].position + 1
    return found


def _times(entry: Entry) -> BlockTimes | None:
    if entry.payload is None:
        return None
    block = decode_block(entry.payload)
    return BlockTimes(utc_ns_at(block, 0), utc_ns_at(block, -1))
