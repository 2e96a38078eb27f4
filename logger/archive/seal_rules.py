"""The rule by which a seal that was made becomes an entry. Pure."""

from typing import Any

import msgspec

from logger.archive.ledger import SEAL
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.kinds import SealMade
from logger.journal.reader import JournalReader

MAKE_SEAL = "seal.make"


class MakeSeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seal was made by what the journal said up to ``seen_position``, of samples of ``pen``."""

    seal: SealMade
    pen: str
    seen_position: int


def judge_seal(asked: MakeSeal, since: list[SealMade]) -> SealMade:
    """Return what is to be appended; ``since`` are the seals that were made after what was seen.

    CommandRefused if one of them is of the same subject: two revisions would bear one number.
    """
    for other in since:
        if (other.subject, other.name) == (asked.seal.subject, asked.seal.name):
            raise CommandRefused(
                f"revision {other.revision} of {other.name} was sealed meanwhile",
                "It is sealed again by itself if anything changed since",
            )
    return asked.seal


def seals_since(reader: JournalReader, position: int) -> list[SealMade]:
    """Return all seals that the journal tells of beyond ``position``."""
    found = [
        kinds.decode(entry.kind, entry.payload)
        for entry in reader.entries(position, kinds=[SEAL])
        if entry.payload is not None
    ]
    return [one for one in found if isinstance(one, SealMade)]


def seal_arguments(seal: SealMade, pen: str, seen_position: int) -> dict[str, Any]:
    """Return the arguments of the order that makes ``seal`` true."""
    arguments: dict[str, Any] = msgspec.to_builtins(MakeSeal(seal, pen, seen_position))
    return arguments
