"""Orders about keys and heads, and every reason why one is refused."""

import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from logger.archive.key_ring import KeyRing
from logger.archive.keys import InstallationKey
from logger.archive.signing_rules import REASON_AT_MOST, Signed, judge
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.entry import Entry

_HASH = b"\x00" * 32
A, B, C = (InstallationKey.generate() for _ in range(3))
LAST = 50
CHAIN = "cd" * 32


def entry(position: int, payload: kinds.Payload) -> Entry:
    told = kinds.encode(payload)
    return Entry(position, 0, kinds.kind_of(payload), "", "uid:1", told, _HASH, _HASH)


def made(key: InstallationKey) -> kinds.KeyMade:
    return kinds.KeyMade(fingerprint=key.fingerprint, public_key=key.public_line)


def withdrawn(key: InstallationKey, cause: str = "rotated") -> kinds.KeyRevoked:
    return kinds.KeyRevoked(
        fingerprint=key.fingerprint,
        public_key=key.public_line,
        cause=cause,
        reason="why",
        nonce="00",
        successor=B.fingerprint,
    )


def signed(*told: kinds.Payload) -> Signed:
    return Signed(
        journal="ab" * 16,
        ring=KeyRing(entry(10 + number, one) for number, one in enumerate(told)),
        newest=None,
        chain_hash_at=lambda position: CHAIN if position <= LAST else "",
        make_nonce=lambda: "11" * 16,
    )


def head(**values: Any) -> kinds.HeadSigned:
    fields: dict[str, Any] = {
        "journal": "ab" * 16,
        "position": 40,
        "chain_hash": CHAIN,
        "tree_size": 3,
        "tree_root": "ef" * 32,
        "time_unix_ns": 1,
        "key": A.fingerprint,
        "signature": "signature",
    }
    return kinds.HeadSigned(**(fields | values))


def order(payload: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = msgspec.to_builtins(payload)
    return arguments


def make(key: InstallationKey, **values: str) -> dict[str, Any]:
    return {"fingerprint": key.fingerprint, "public_key": key.public_line} | values


def replacing(former: InstallationKey, key: InstallationKey, **values: Any) -> dict[str, Any]:
    return make(key) | {"former": former.fingerprint, "reason": "yearly"} | values


def refusal(name: str, arguments: dict[str, Any], known: Signed) -> str:
    with pytest.raises(CommandRefused) as refused:
        judge(name, arguments, known)
    return str(refused.value)


def test_the_first_key_is_told() -> None:
    assert judge("key.make", make(A), signed()) == [made(A)]


def test_a_key_that_signs_already_needs_no_second_entry() -> None:
    assert judge("key.make", make(A), signed(made(A))) == []


def test_another_first_key_is_refused() -> None:
    assert "signs here" in refusal("key.make", make(B), signed(made(A)))


def test_a_key_that_was_withdrawn_does_not_come_back() -> None:
    known = signed(made(A), withdrawn(A))
    assert "was withdrawn" in refusal("key.make", make(A), known)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"public_key": B.public_line}, "is not the fingerprint of that key"),
        ({"public_key": "nonsense"}, "no line with an Ed25519 public key"),
    ],
)
def test_a_fingerprint_must_be_that_of_the_key(values: dict[str, str], words: str) -> None:
    assert words in refusal("key.make", make(A, **values), signed())


def test_a_new_key_takes_the_place_of_the_current_one_in_two_entries() -> None:
    arguments = replacing(A, B, endorsement="by A", reason="  yearly ")
    new, old = judge("key.replace", arguments, signed(made(A)))
    assert new == kinds.KeyMade(
        fingerprint=B.fingerprint,
        public_key=B.public_line,
        former=A.fingerprint,
        endorsement="by A",
    )
    assert isinstance(old, kinds.KeyRevoked)
    assert (old.fingerprint, old.cause, old.reason) == (A.fingerprint, "rotated", "yearly")
    assert (old.successor, old.nonce) == (B.fingerprint, "11" * 16)


def test_a_key_in_doubt_is_revoked_by_its_successor() -> None:
    _, old = judge("key.replace", replacing(A, B, in_doubt=True), signed(made(A)))
    assert isinstance(old, kinds.KeyRevoked)
    assert old.cause == "revoked"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (replacing(C, B), "names no key"),
        (replacing(A, A), "was withdrawn"),
        (replacing(A, B, reason=" "), "no reason is given"),
        (replacing(A, B, reason="x" * (REASON_AT_MOST + 1)), "Use at most"),
    ],
)
def test_no_key_is_replaced_wrongly(arguments: dict[str, Any], words: str) -> None:
    assert words in refusal("key.replace", arguments, signed(made(A)))


def test_only_the_current_key_is_replaced() -> None:
    known = signed(made(A), made(B), withdrawn(A))
    assert "does not sign now" in refusal("key.replace", replacing(A, C), known)


def test_a_former_key_is_revoked() -> None:
    known = signed(made(A), made(B), withdrawn(A))
    (told,) = judge("key.revoke", {"fingerprint": A.fingerprint, "reason": "sold"}, known)
    assert isinstance(told, kinds.KeyRevoked)
    assert (told.cause, told.reason, told.public_key) == ("revoked", "sold", A.public_line)


@pytest.mark.parametrize(
    ("key", "words"),
    [(B, "signs now"), (C, "names no key")],
)
def test_what_cannot_be_revoked_alone_is_refused(key: InstallationKey, words: str) -> None:
    known = signed(made(A), made(B), withdrawn(A))
    assert words in refusal("key.revoke", {"fingerprint": key.fingerprint, "reason": "x"}, known)


def test_no_key_is_revoked_twice() -> None:
    known = signed(made(A), made(B), withdrawn(A, "revoked"))
    arguments = {"fingerprint": A.fingerprint, "reason": "x"}
    assert "revoked already" in refusal("key.revoke", arguments, known)


def test_a_head_is_told_as_it_was_signed() -> None:
    assert judge("head.sign", order(head()), signed(made(A))) == [head()]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"key": B.fingerprint}, "does not sign here now"),
        ({"journal": "00" * 16}, "another journal file"),
        ({"chain_hash": "00" * 32}, "no such entry 40"),
        ({"position": LAST + 1}, f"no such entry {LAST + 1}"),
    ],
)
def test_a_head_that_the_journal_does_not_bear_out_is_refused(
    values: dict[str, Any], words: str
) -> None:
    assert words in refusal("head.sign", order(head(**values)), signed(made(A)))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"position": 38}, "a later head is signed already"),
        ({"tree_size": 2}, "3 seals were signed before, this head names 2"),
    ],
)
def test_a_head_never_says_less_than_the_one_before(values: dict[str, Any], words: str) -> None:
    known = replace(signed(made(A)), newest=head(position=39))
    assert words in refusal("head.sign", order(head(**values)), known)


def test_a_head_of_a_new_file_may_begin_again() -> None:
    known = replace(signed(made(A)), newest=head(journal="00" * 16, position=45, tree_size=9))
    assert judge("head.sign", order(head()), known) == [head()]


@pytest.mark.parametrize("name", ["key.forge", "head", ""])
def test_an_unknown_order_is_refused(name: str) -> None:
    assert re.search("there is no order .* Known: key.make", refusal(name, {}, signed()))


@pytest.mark.parametrize(
    "arguments", [{}, make(A, more="x"), {"fingerprint": 1, "public_key": A.public_line}]
)
def test_arguments_that_are_none_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        judge("key.make", arguments, signed())
