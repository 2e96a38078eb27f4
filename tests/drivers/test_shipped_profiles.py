"""Every profile that ships: its examples, and its samples through good and bad lines."""

import random

import numpy as np
import pytest

from drivers.decoder import Decoder
from drivers.encoder import Encoder
from drivers.examples import check_examples
from drivers.model import Pen, SampleRun
from drivers.profile import Profile, find_profile, shipped_profiles
from tests.support.frames import (
    NPT,
    accounted,
    assert_same,
    chunks,
    feed_all,
    joined,
    make_run,
    wire_of,
)

NAMES = sorted(shipped_profiles())


@pytest.fixture(params=NAMES)
def profile(request: pytest.FixtureRequest) -> Profile:
    return find_profile(request.param)


def test_these_profiles_ship() -> None:
    assert NAMES == ["npt", "npt-line", "template-binary", "template-text"]


def test_the_name_is_the_name_of_the_file(profile: Profile) -> None:
    assert find_profile(profile.name) == profile


def test_every_example_comes_out(profile: Profile) -> None:
    results = check_examples(profile)
    assert results
    assert [problem for result in results for problem in result.problems] == []


def test_examples_encode_to_the_bytes_they_came_from(profile: Profile) -> None:
    encoder = Encoder(profile)
    for example in profile.examples:
        if example.refused:
            continue
        wire = example.bytes or (example.text or "").encode()
        (message,) = Decoder(profile).feed(wire)
        if isinstance(message, SampleRun):
            assert encoder.samples(message) == [wire]
        elif isinstance(message, Pen):
            assert encoder.identity(message) == wire
        else:
            assert encoder.event(message) == wire


def test_npt_has_all_known_frames_of_the_protocol_as_examples() -> None:
    shown = {example.bytes for example in find_profile("npt").examples}
    assert set(NPT.values()) <= shown


def test_samples_come_out_as_they_went_in(profile: Profile) -> None:
    sent = make_run(profile, 500)
    assert_same(joined(Decoder(profile).feed(wire_of(profile, sent))), sent)


def test_byte_at_a_time(profile: Profile) -> None:
    sent = make_run(profile, 60)
    wire = wire_of(profile, sent)
    decoder = Decoder(profile)
    assert_same(joined(feed_all(decoder, [bytes([byte]) for byte in wire])), sent)
    assert decoder.counters.bytes_framed == len(wire)


def test_in_chunks(profile: Profile) -> None:
    sent = make_run(profile, 300)
    decoder = Decoder(profile)
    assert_same(joined(feed_all(decoder, chunks(wire_of(profile, sent), seed=3))), sent)


def test_counters_do_not_depend_on_how_bytes_were_cut(profile: Profile) -> None:
    wire = bytearray(wire_of(profile, make_run(profile, 100)))
    rng = random.Random(11)
    for _ in range(60):
        wire[rng.randrange(len(wire))] ^= 1 << rng.randrange(8)
    whole, cut = Decoder(profile), Decoder(profile)
    whole.feed(bytes(wire))
    feed_all(cut, chunks(bytes(wire), seed=4, longest=9))
    # Which refused frames are kept as examples may differ, what is counted may not.
    for counters in (whole.counters, cut.counters):
        counters.examples, counters.unknown_examples = [], []
    assert whole.counters == cut.counters


def test_a_lossy_line_costs_only_the_frames_it_hits(profile: Profile) -> None:
    sent = make_run(profile, 400)
    frames = Encoder(profile).samples(sent)
    rng = random.Random(5)
    hit = sorted(rng.sample(range(1, len(frames)), 40))
    for index in hit:
        at = rng.randrange(len(frames[index]))
        frames[index] = frames[index][:at] + frames[index][at + 1 :]
    decoder = Decoder(profile)
    got = joined(feed_all(decoder, chunks(b"".join(frames), seed=6)))
    # A frame that lost its end takes its successor along, no more.
    lost = set(hit) | {index + 1 for index in hit}
    safe = [index for index in range(len(frames)) if index not in lost]
    assert len(got) >= len(safe)
    assert len(got) <= len(frames)
    if got.sequence is not None and sent.sequence is not None:
        assert set(sent.sequence[safe].tolist()) <= set(got.sequence.tolist())
        position = {number: at for at, number in enumerate(sent.sequence.tolist())}
        sent_at = np.array([position[number] for number in got.sequence.tolist()])
        for name, column in got.columns.items():
            np.testing.assert_array_equal(column, sent.columns[name][sent_at])
    assert accounted(decoder) == decoder.counters.bytes_in


def test_the_identify_of_npt_is_an_empty_frame_of_type_0x81() -> None:
    profile = find_profile("npt")
    decoder = Decoder(profile)
    assert profile.identify is not None
    decoder.feed(profile.identify)
    assert decoder.counters.unknown_types == 1


def test_only_npt_is_ever_written_to() -> None:
    assert [name for name in NAMES if find_profile(name).identify] == ["npt"]
