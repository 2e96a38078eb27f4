"""The chain's byte layout, as docs/journal.md gives it."""

import hashlib
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logger.errors import JournalError
from logger.journal import chain
from logger.journal.entry import Draft
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock

_texts = st.text(st.characters(codec="utf-8"), max_size=40)
_headers = st.tuples(
    st.integers(0, 2**64 - 1), st.integers(-(2**63), 2**63 - 1), _texts, _texts, _texts
)


def test_the_first_hash_is_of_the_magic_and_the_file_id() -> None:
    identity = "000102030405060708090a0b0c0d0e0f"

    assert (
        chain.first_hash(identity)
        == hashlib.sha256(b"needlelog journal 1" + bytes(range(16))).digest()
    )


def test_the_header_is_laid_out_as_documented() -> None:
    header = chain.header(258, -2, "gap", "NP-µ", "")

    assert header == bytes.fromhex("0201000000000000feffffffffffffff030067617005004e502dc2b50000")


def test_the_chain_hash_is_of_previous_header_and_payload_hash() -> None:
    previous, digest = b"p" * 32, b"d" * 32
    header = struct.pack("<QqH", 7, 9, 1) + b"k" + bytes(4)

    assert chain.chain_hash(previous, chain.header(7, 9, "k", "", ""), digest) == (
        hashlib.sha256(previous + header + digest).digest()
    )


@given(_headers, _headers)
def test_different_headers_have_different_bytes(
    one: tuple[int, int, str, str, str], other: tuple[int, int, str, str, str]
) -> None:
    assert (chain.header(*one) == chain.header(*other)) == (one == other)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.tuples(_texts, _texts, st.binary(max_size=50)), max_size=4)))
def test_any_appends_form_the_documented_chain(
    appends: list[list[tuple[str, str, bytes]]],
) -> None:
    clock = SetClock()
    with tempfile.TemporaryDirectory() as place:
        with Journal.open(Path(place), clock) as journal:
            for step, drafts in enumerate(appends):
                clock.wall_ns += step
                journal.append([Draft("made.up", *draft) for draft in drafts])
        with JournalReader(Path(place)) as reader:
            entries = list(reader.entries())
            head = hashlib.sha256(b"needlelog journal 1" + bytes.fromhex(reader.id)).digest()

    assert len(entries) == 1 + sum(map(len, appends))
    for position, entry in enumerate(entries, 1):
        texts = [text.encode() for text in (entry.kind, entry.stream, entry.actor)]
        header = struct.pack("<Qq", position, entry.time_ns) + b"".join(
            struct.pack("<H", len(text)) + text for text in texts
        )
        head = hashlib.sha256(
            head + header + hashlib.sha256(entry.payload or b"").digest()
        ).digest()
        assert entry.chain_hash == head


@given(_texts, _texts, _texts)
def test_moving_letters_between_texts_changes_the_header(
    kind: str, stream: str, actor: str
) -> None:
    if kind:
        assert chain.header(1, 1, kind, stream, actor) != chain.header(
            1, 1, kind[:-1], kind[-1] + stream, actor
        )


@pytest.mark.parametrize("text", ["x" * 65536, "\ud800"])
def test_a_text_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(JournalError):
        chain.header(1, 1, "gap", text, "")


def test_a_time_that_does_not_fit_is_refused() -> None:
    with pytest.raises(JournalError, match="does not fit"):
        chain.header(1, 2**63, "gap", "", "")
