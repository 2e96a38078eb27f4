"""Looking up in the journal when the samples at a position were taken."""

from logger.journal.blocks import decode_block
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.session.record_orders import BlockTimes
from logger.session.rows import utc_ns_at


def block_times(reader: JournalReader, pen: str, position: int) -> BlockTimes | None:
    """Return the times of the block of ``pen`` at ``position``; None if there is none."""
    for entry in reader.read(position - 1, 1, to=position):
        if entry.kind == SAMPLES and entry.stream == pen and entry.payload is not None:
            block = decode_block(entry.payload)
            return BlockTimes(utc_ns_at(block, 0), utc_ns_at(block, -1))
    return None
