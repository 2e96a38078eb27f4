"""Which keys signed when, as the journal tells it. Needs no cryptography.

A key counts from its ``key.made`` to its ``key.revoked``, in the journal's order; no clock
and no file decides it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from logger.errors import ProofFailed
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader

KEY_KINDS = ("key.made", "key.revoked")
ROTATED = "rotated"
REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that the journal names; ``withdrawn_*`` and ``cause`` are set once it signs no more."""

    fingerprint: str
    public_key: str
    made_position: int
    made_unix_ns: int
    former: str = ""
    endorsement: str = ""
    withdrawn_position: int | None = None
    withdrawn_unix_ns: int | None = None
    cause: str = ""
    reason: str = ""
    successor: str = ""


class KeyRing:
    """All keys that the journal names, oldest first."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._keys: dict[str, KnownKey] = {}
        for entry in entries:
            self.apply(entry)

    def apply(self, entry: Entry) -> None:
        """Take in an entry of KEY_KINDS; ProofFailed if its payload is gone."""
        if entry.payload is None:
            raise ProofFailed(f"what {entry.kind} at position {entry.position} told is gone")
        match kinds.decode(entry.kind, entry.payload):
            # After a file was set aside, its successor may name the same key once more.
            case kinds.KeyMade() as made if made.fingerprint not in self._keys:
                self._keys[made.fingerprint] = KnownKey(
                    made.fingerprint,
                    made.public_key,
                    entry.position,
                    entry.time_ns,
                    made.former,
                    made.endorsement,
                )
            case kinds.KeyRevoked() as gone:
                self._withdraw(gone, entry)

    def _withdraw(self, gone: kinds.KeyRevoked, entry: Entry) -> None:
        # A key whose beginning lies in a file that is not recovered is known by its end alone.
        known = self._keys.get(gone.fingerprint) or KnownKey(
            gone.fingerprint, gone.public_key, 0, entry.time_ns
        )
        if known.withdrawn_position is None:
            known = replace(
                known,
                withdrawn_position=entry.position,
                withdrawn_unix_ns=entry.time_ns,
                successor=gone.successor,
            )
        # One that was rotated may turn out later to have been in doubt all along.
        self._keys[gone.fingerprint] = replace(known, cause=gone.cause, reason=gone.reason)

    @property
    def keys(self) -> tuple[KnownKey, ...]:
        """All keys, oldest first."""
        return tuple(self._keys.values())

    @property
    def current(self) -> KnownKey | None:
        """The key that signs now; None before the first."""
        return next((k for k in reversed(self.keys) if k.withdrawn_position is None), None)

    def find(self, fingerprint: str) -> KnownKey | None:
        """Return the key with that fingerprint; None if the journal names no such."""
        return self._keys.get(fingerprint)

    def problem(self, fingerprint: str, position: int) -> str:
        """Return why what the entry at ``position`` signed with that key does not count.

        Empty where it does. Of a key that was revoked as in doubt, what it signed before
        counts too: whoever doubts it compares a head noted elsewhere in time.
        """
        key = self.find(fingerprint)
        if key is None:
            return f"the journal names no key {fingerprint}"
        if position < key.made_position:
            return f"key {fingerprint} was made only at position {key.made_position}"
        if key.withdrawn_position is not None and position > key.withdrawn_position:
            return f"key {fingerprint} was {key.cause} at position {key.withdrawn_position}"
        return ""


def read_key_ring(reader: JournalReader, to: int | None = None) -> KeyRing:
    """Return the keys that the journal names up to position ``to``, or to its end."""
    return KeyRing(reader.entries(kinds=KEY_KINDS, to=to))
