from drivers.checksum import find_checksum
from drivers.counters import CHECKSUM, LENGTH, NOISE, PARTIAL, Counters
from drivers.framing import SyncFraming
from drivers.framing.sync import LengthRule
from drivers.profile.schema import ChecksumSpec, LengthSpec, SyncSpec

SPEC = SyncSpec(
    kind="sync",
    sync="aa 55",  # type: ignore[arg-type]  # pydantic reads the hex
    length=LengthSpec(offset=2, counts="payload", max=8),
    max_frame_bytes=16,
)
SUM = find_checksum("crc-16/modbus")


def framing() -> tuple[SyncFraming, Counters]:
    counters = Counters()
    length = LengthRule(SPEC, "little", 3, SUM.size)
    return SyncFraming(SPEC, SUM, ChecksumSpec(kind=SUM.name), length, counters), counters


def frame(payload: bytes) -> bytes:
    content = b"\xaa\x55" + bytes([len(payload)]) + payload
    return content + SUM.packed(content, "little")


def test_a_false_sync_word_costs_no_good_frame() -> None:
    sync, counters = framing()
    good = frame(b"good")
    assert sync.feed(b"\xaa\x55\x04" + good + good) == [good[:-2]] * 2
    assert counters.refused == {CHECKSUM: 1}
    assert sync.buffered == 0


def test_an_impossible_length_is_skipped_at_once() -> None:
    sync, counters = framing()
    good = frame(b"good")
    assert sync.feed(b"\xaa\x55\xff" + good) == [good[:-2]]
    assert counters.refused == {LENGTH: 1}


def test_a_sync_word_cut_in_two_is_found() -> None:
    sync, _ = framing()
    good = frame(b"good")
    assert sync.feed(b"noise\xaa") == []
    assert sync.buffered == 1
    assert sync.feed(good[1:]) == [good[:-2]]


def test_noise_between_frames_is_counted_and_before_the_first_is_partial() -> None:
    sync, counters = framing()
    good = frame(b"good")
    assert len(sync.feed(b"abc" + good + b"defg" + good)) == 2
    assert counters.discarded == {PARTIAL: 3, NOISE: 4}
    assert counters.refused == {}


def test_endless_noise_before_the_first_frame_is_noise() -> None:
    sync, counters = framing()
    sync.feed(b"x" * 1000)
    assert counters.discarded == {PARTIAL: 16, NOISE: 984}
