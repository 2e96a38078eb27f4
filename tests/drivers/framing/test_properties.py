"""Whatever bytes come: no exception, a bounded buffer, every byte accounted for."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.decoder import Decoder
from drivers.model import Message, SampleRun
from drivers.profile import Profile, find_profile
from tests.support.frames import accounted, make_run, wire_of

NAMES = ("npt", "npt-line", "template-binary", "template-text")
PROFILES = {name: find_profile(name) for name in NAMES}
WIRES = {name: wire_of(profile, make_run(profile, 3)) for name, profile in PROFILES.items()}


def pieces_of(name: str) -> st.SearchStrategy[bytes]:
    """Bytes that are likely to get a framing into trouble."""
    frame = WIRES[name]
    cuts = st.tuples(st.integers(0, len(frame)), st.integers(0, len(frame)))
    return st.one_of(
        st.binary(max_size=400),
        st.sampled_from([b"\0", b"\xaa", b"\xaa\x55", b"\xaa\x55\xff", b"$", b"*", b"\r", b"\n"]),
        cuts.map(lambda ends: frame[min(ends) : max(ends)]),
    )


def longest(profile: Profile) -> int:
    return profile.framing.max_frame_bytes + 2


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_bytes_are_bounded_and_accounted_for(name: str, data: st.DataObject) -> None:
    decoder = Decoder(PROFILES[name])
    for piece in data.draw(st.lists(pieces_of(name), max_size=12)):
        decoder.feed(piece)
        assert decoder.buffered <= longest(PROFILES[name])
        assert accounted(decoder) == decoder.counters.bytes_in


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_cutting_changes_neither_messages_nor_counts(name: str, data: st.DataObject) -> None:
    pieces = data.draw(st.lists(pieces_of(name), max_size=8))
    whole, cut = Decoder(PROFILES[name]), Decoder(PROFILES[name])
    together = whole.feed(b"".join(pieces))
    apart = [message for piece in pieces for message in cut.feed(piece)]
    assert count(together) == count(apart)
    assert whole.counters.refused == cut.counters.refused
    assert whole.counters.discarded == cut.counters.discarded
    assert whole.buffered == cut.buffered


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=60)
@given(garbage=st.binary(max_size=600))
@example(garbage=b"\xaa\x55\x10")
@example(garbage=b"$")
def test_back_in_step_within_one_frame_of_garbage(name: str, garbage: bytes) -> None:
    decoder = Decoder(PROFILES[name])
    # The garbage may swallow one frame's length of what follows, and no more.
    good = make_run(PROFILES[name], 1)
    settled = wire_of(PROFILES[name], good)
    repeats = longest(PROFILES[name]) // len(settled) + 1
    messages = decoder.feed(garbage + settled * (repeats + 1))
    assert count(messages) >= 1
    assert count(decoder.feed(settled)) == 1


def count(messages: list[Message]) -> int:
    return sum(len(message) for message in messages if isinstance(message, SampleRun))
