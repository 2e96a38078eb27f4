"""An entry of the journal, and the draft from which the writer makes one."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from drivers.model import SampleBlock


class Draft(msgspec.Struct, frozen=True):
    """What someone wants appended. The writer gives it position, time and hashes.

    ``kind`` is one of ``logger.journal.kinds``; ``stream`` is the pen's serial number,
    or empty for what concerns the whole service; ``actor`` is an account id, never a
    name. ``block`` carries along what ``payload`` encodes, so that a reader of fresh
    entries need not decode it again.
    """

    kind: str
    stream: str
    actor: str
    payload: bytes
    block: "SampleBlock | None" = None


class Entry(msgspec.Struct, frozen=True):
    """One committed entry. ``time_ns`` is the host's wall clock (UTC) at append.

    ``payload`` is None once it was pruned or erased; ``payload_hash`` (SHA-256) stays.
    ``journal`` is set where the entry is from another file than the journal in use: its id.
    """

    position: int
    time_ns: int
    kind: str
    stream: str
    actor: str
    payload: bytes | None
    payload_hash: bytes
    chain_hash: bytes
    block: "SampleBlock | None" = None
    journal: str = ""
