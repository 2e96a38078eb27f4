"""Which keys count when: the journal's order decides, no clock and no file."""

from itertools import count

import pytest

from logger.archive.key_ring import KeyRing
from logger.errors import ProofFailed
from logger.journal import kinds
from logger.journal.entry import Entry

_HASH = b"\x00" * 32


class Story:
    """Entries of keys, one at every tenth position."""

    def __init__(self) -> None:
        self._positions = count(10, 10)
        self.entries: list[Entry] = []

    def _append(self, payload: kinds.Payload) -> "Story":
        position = next(self._positions)
        told = kinds.encode(payload)
        kind = kinds.kind_of(payload)
        self.entries.append(Entry(position, position, kind, "", "uid:1", told, _HASH, _HASH))
        return self

    def made(self, name: str, former: str = "") -> "Story":
        return self._append(kinds.KeyMade(fingerprint=name, public_key=name, former=former))

    def withdrawn(self, name: str, cause: str = "rotated", successor: str = "") -> "Story":
        return self._append(
            kinds.KeyRevoked(
                fingerprint=name,
                public_key=name,
                cause=cause,
                reason=f"{cause} {name}",
                nonce="00",
                successor=successor,
            )
        )

    @property
    def ring(self) -> KeyRing:
        return KeyRing(self.entries)


def test_before_the_first_key_none_signs() -> None:
    assert KeyRing().current is None
    assert KeyRing().problem("A", 5) == "the journal names no key A"


def test_the_last_key_made_signs() -> None:
    ring = Story().made("A").made("B", "A").withdrawn("A", successor="B").ring
    assert [key.fingerprint for key in ring.keys] == ["A", "B"]
    assert ring.current == ring.find("B")


def test_a_key_counts_from_its_beginning_to_its_end() -> None:
    ring = Story().made("A").made("B", "A").withdrawn("A").ring
    assert [bool(ring.problem("A", position)) for position in (9, 10, 20, 30, 31)] == [
        *(True, False, False, False, True)
    ]
    assert ring.problem("A", 31) == "key A was rotated at position 30"
    assert ring.problem("B", 15) == "key B was made only at position 20"


def test_a_rotated_key_may_turn_out_to_be_in_doubt_and_keeps_its_end() -> None:
    ring = Story().made("A").made("B", "A").withdrawn("A", successor="B").withdrawn("A", "revoked")
    key = ring.ring.find("A")
    assert key is not None
    assert (key.cause, key.reason) == ("revoked", "revoked A")
    assert (key.withdrawn_position, key.successor) == (30, "B")


def test_a_key_that_is_named_once_more_is_the_same() -> None:
    ring = Story().made("A").made("A").ring
    (key,) = ring.keys
    assert key.made_position == 10


def test_a_key_whose_beginning_is_lost_is_known_by_its_end() -> None:
    ring = Story().withdrawn("A", successor="B").made("B").ring
    assert ring.problem("A", 5) == ""
    assert ring.problem("A", 11) == "key A was rotated at position 10"


def test_an_entry_of_keys_whose_payload_is_gone_is_told() -> None:
    gone = Entry(10, 10, "key.revoked", "", "uid:1", None, _HASH, _HASH)
    with pytest.raises(ProofFailed, match=r"key\.revoked at position 10 told is gone"):
        KeyRing([gone])
