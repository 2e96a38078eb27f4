"""Minutes of garbage: memory stays flat, counters are right, the next good frame decodes."""

import random
import tracemalloc

import pytest

from drivers.decoder import Decoder
from drivers.model import SampleRun
from drivers.profile import find_profile
from tests.support.frames import accounted, make_run, wire_of

READ_BYTES = 288
READS_A_MINUTE = 1200
"""57600 baud, read every 50 ms."""


@pytest.mark.parametrize("name", ["npt", "npt-line", "template-binary", "template-text"])
@pytest.mark.parametrize(
    "alphabet", [bytes(range(256)), bytes(range(1, 256)), b"\xaa\x55", b"$,1*"]
)
def test_memory_is_flat_through_garbage(name: str, alphabet: bytes) -> None:
    profile, rng = find_profile(name), random.Random(7)
    garbage = [bytes(rng.choices(alphabet, k=READ_BYTES)) for _ in range(20)]
    decoder = Decoder(profile)
    for read in garbage:
        decoder.feed(read)
    tracemalloc.start()
    try:
        for number in range(2 * READS_A_MINUTE):
            decoder.feed(garbage[number % len(garbage)])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 20_000
    assert accounted(decoder) == decoder.counters.bytes_in


@pytest.mark.parametrize("name", ["npt", "npt-line", "template-binary", "template-text"])
def test_the_next_good_frame_after_garbage_decodes(name: str) -> None:
    profile, rng = find_profile(name), random.Random(8)
    decoder = Decoder(profile)
    for _ in range(200):
        decoder.feed(rng.randbytes(READ_BYTES))
    good = wire_of(profile, make_run(profile, 8))
    samples = sum(len(m) for m in decoder.feed(good) if isinstance(m, SampleRun))
    assert samples >= 5
