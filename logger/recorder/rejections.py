"""What the journal is told of items that receivers refused."""

from collections.abc import Sequence

from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.quarantine import Quarantined

ACTOR = "service"
REASON_AT_MOST = 500


def rejections(refused: Sequence[Quarantined], kept: Sequence[Quarantined]) -> list[Draft]:
    """Return an entry a sink that tells what was refused, and how much of it is ``kept``."""
    drafts = []
    for sink in sorted({item.sink for item in refused}):
        items = [item for item in refused if item.sink == sink]
        fitted = sum(item.sink == sink for item in kept)
        rejected = kinds.DeliveryRejected(
            sink=sink,
            count=len(items),
            from_position=min(item.position for item in items),
            to_position=max(item.position for item in items),
            reason=items[0].reason[:REASON_AT_MOST],
            kept=fitted if fitted < len(items) else None,
        )
        drafts.append(Draft(kinds.kind_of(rejected), "", ACTOR, kinds.encode(rejected)))
    return drafts
