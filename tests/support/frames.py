"""Literal frames, runs to send, and lines that cut or lose what is sent."""

import random
import tomllib
from pathlib import Path

import numpy as np
from cobs import cobs

from drivers.checksum import find_checksum
from drivers.decoder import Decoder
from drivers.encoder import Encoder
from drivers.model import Message, SampleRun
from drivers.profile import Profile

DATA = Path(__file__).parent.parent / "data"
NPT: dict[str, bytes] = {
    name: bytes.fromhex(frame)
    for name, frame in tomllib.loads((DATA / "npt_frames.toml").read_text()).items()
}
_CRC = find_checksum("crc-16/ibm-3740")


def npt_frame(frame_type: int, body: bytes) -> bytes:
    """Return an NPT frame made without the encoder under test."""
    content = bytes([frame_type]) + body
    whole: bytes = cobs.encode(content + _CRC.compute(content).to_bytes(2, "little"))
    return whole + b"\0"


def make_run(profile: Profile, count: int, seed: int = 1) -> SampleRun:
    """Return ``count`` samples of ``profile`` with every value anywhere in its range."""
    rng = np.random.default_rng(seed)
    columns: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]] = {}
    for layout in profile.layouts:
        field = profile.sample.filled[layout.channel]
        raw = rng.integers(int(field.low), int(field.high), count, endpoint=True)
        if layout.absent is not None:
            raw[rng.random(count) < 0.2] = layout.absent
        columns[layout.channel] = raw
    sequence = np.arange(count) + 4_294_967_290
    modulus, wrap_us = profile.sequence_modulus, profile.ticks_modulus_us
    known = np.uint8(int(profile.flags_known))
    return SampleRun(
        sequence=sequence % modulus if modulus else None,
        ticks_us=np.arange(count) * 10_000 % wrap_us if wrap_us else None,
        layouts=profile.layouts,
        columns=columns,
        status=rng.integers(0, 256, count).astype(np.uint8) & known,
        flags_known=profile.flags_known,
    )


def wire_of(profile: Profile, run: SampleRun) -> bytes:
    """Return the bytes that a pen of ``profile`` sends for ``run``."""
    return b"".join(Encoder(profile).samples(run))


def joined(messages: list[Message]) -> SampleRun:
    """Return all samples of ``messages`` as one run."""
    runs = [message for message in messages if isinstance(message, SampleRun)]
    first = runs[0]
    return SampleRun(
        sequence=None
        if first.sequence is None
        else np.concatenate([_of(r.sequence) for r in runs]),
        ticks_us=None
        if first.ticks_us is None
        else np.concatenate([_of(r.ticks_us) for r in runs]),
        layouts=first.layouts,
        columns={
            name: np.concatenate([run.columns[name] for run in runs]) for name in first.columns
        },
        status=np.concatenate([run.status for run in runs]),
        flags_known=first.flags_known,
    )


def _of(
    column: np.ndarray[tuple[int], np.dtype[np.int64]] | None,
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    assert column is not None
    return column


def assert_same(got: SampleRun, sent: SampleRun) -> None:
    """Fail unless both runs hold the same samples, exactly."""
    assert got.layouts == sent.layouts
    assert got.flags_known == sent.flags_known
    np.testing.assert_array_equal(got.status, sent.status)
    for ours, theirs in ((got.sequence, sent.sequence), (got.ticks_us, sent.ticks_us)):
        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None:
            np.testing.assert_array_equal(ours, theirs)
    assert got.columns.keys() == sent.columns.keys()
    for name, column in sent.columns.items():
        np.testing.assert_array_equal(got.columns[name], column, err_msg=name)


def chunks(data: bytes, seed: int, longest: int = 100) -> list[bytes]:
    """Return ``data`` cut at random places."""
    rng, cut, at = random.Random(seed), [], 0
    while at < len(data):
        size = rng.randint(1, longest)
        cut.append(data[at : at + size])
        at += size
    return cut


def feed_all(decoder: Decoder, pieces: list[bytes]) -> list[Message]:
    """Return all messages of ``pieces``, fed one by one."""
    return [message for piece in pieces for message in decoder.feed(piece)]


def accounted(decoder: Decoder) -> int:
    """Return the bytes that the counters and the buffer account for."""
    counters = decoder.counters
    return counters.bytes_framed + sum(counters.discarded.values()) + decoder.buffered
