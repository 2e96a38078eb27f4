"""What vouches for a session's record: its seals, and the first signed head that covers them."""

from dataclasses import dataclass
from typing import Any

import msgspec

from logger.journal import kinds
from logger.journal.kinds import HeadSigned, SealMade
from logger.journal.reader import JournalReader


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry that tells of a seal."""

    position: int
    time_unix_ns: int
    told: SealMade


@dataclass(frozen=True, slots=True)
class Proof:
    """All seals of a session, in order; ``head`` is None until one covers the last of them."""

    seals: tuple[Sealed, ...] = ()
    head: HeadSigned | None = None

    @property
    def newest(self) -> Sealed | None:
        """The seal that holds now."""
        return self.seals[-1] if self.seals else None

    def as_data(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        told = {"seals": [one.told for one in self.seals], "head": self.head}
        data: dict[str, Any] = msgspec.to_builtins(told)
        return data


def proof_of(reader: JournalReader, session: str, started_position: int) -> Proof:
    """Return the proof of ``session``.

    Of the heads it takes the first that covers the newest seal, not the newest head: so a
    record that does not change is printed the same for ever.
    """
    seals = []
    for entry in reader.entries(started_position, kinds=("seal.made",)):
        if entry.payload is None:
            continue
        told = kinds.decode(entry.kind, entry.payload)
        if isinstance(told, SealMade) and (told.subject, told.name) == ("session", session):
            seals.append(Sealed(entry.position, entry.time_ns, told))
    return Proof(tuple(seals), _head_over(reader, seals[-1].position) if seals else None)


def _head_over(reader: JournalReader, position: int) -> HeadSigned | None:
    for entry in reader.entries(position, kinds=("head.signed",), page=20):
        if entry.payload is not None:
            told = kinds.decode(entry.kind, entry.payload)
            if isinstance(told, HeadSigned) and told.position >= position:
                return told
    return None
