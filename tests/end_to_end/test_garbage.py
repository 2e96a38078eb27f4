"""Garbage on the line: memory stays flat, every byte is counted, the next good frame decoded."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from drivers.encoder import Encoder
from drivers.model import Pen
from drivers.profile import find_profile
from tests.bench.accounting import resident_bytes
from tests.support.frames import make_run
from tests.support.pty import PtyPen
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text

NPT = find_profile("npt")
BURST_BYTES = 2000
BURSTS = 1000
MEMORY_SLACK_BYTES = 12_000_000
PEN = Pen("NP-1", "REF-PEN", "1.0", 7, 2.5, 150.0, 10_000)


class Talker:
    """A pen that says whatever a test wants, over a real PTY."""

    def __init__(self, pty: PtyPen) -> None:
        self._pty = pty
        self._frames = Encoder(NPT).samples(make_run(NPT, BURSTS + 100))
        self.said = 0

    def identify(self, pen: Pen = PEN) -> None:
        identity = Encoder(NPT).identity(pen)
        assert identity is not None
        self._pty.say(identity)

    def sample(self) -> None:
        self._pty.say(self._frames[self.said])
        self.said += 1

    def garbage(self, rng: random.Random, count: int = BURST_BYTES) -> None:
        """Say ``count`` random bytes, the last of which ends a frame."""
        self._pty.say(rng.randbytes(count - 1) + b"\0")


@contextmanager
def _recording(tmp_path: Path, pty: PtyPen) -> Iterator[RecorderProcess]:
    recording = {"frame_timeout_s": 30, "reconnect_max_s": 0.3, "commit_interval_s": 0.02}
    settings = settings_text([PenTable(pty.path)], recording=recording)
    with RecorderProcess(tmp_path, settings) as recorder:
        recorder.until(lambda: recorder.pen().state == "waiting", "an open port")
        yield recorder


def test_garbage_between_frames_costs_neither_frames_nor_memory(tmp_path: Path) -> None:
    rng = random.Random(3)
    with PtyPen() as pty, _recording(tmp_path, pty) as recorder:
        talker = Talker(pty)
        talker.identify()
        talker.sample()
        recorder.until_samples(1)
        before_bytes = resident_bytes(recorder.pid)
        for _ in range(BURSTS):
            talker.garbage(rng)
            talker.sample()
        recorder.until_samples(BURSTS + 1)
        grown_bytes = resident_bytes(recorder.pid) - before_bytes
        discarded_bytes = recorder.pen().discarded_bytes
        recorder.stop()
    assert grown_bytes < MEMORY_SLACK_BYTES
    assert discarded_bytes == BURSTS * BURST_BYTES
    (lost,) = recorder.payloads("link.lost")
    assert lost.reason == "stopped"
    told = recorder.payloads("frames.refused")
    # A terminator with nothing before it is ordinary, and no entry's matter.
    assert discarded_bytes * 0.99 < sum(sum(one.discarded.values()) for one in told)
    assert {cause for one in told for cause in one.refused} == {"overlong", "cobs", "checksum"}


def test_nothing_but_garbage_is_told_and_the_next_pen_is_recorded(tmp_path: Path) -> None:
    rng = random.Random(4)
    with PtyPen() as pty, _recording(tmp_path, pty) as recorder:
        talker = Talker(pty)
        for _ in range(30):
            talker.garbage(rng, count=1000)
        recorder.until(lambda: "no frame of profile npt" in recorder.pen().trouble, "trouble")
        assert recorder.entries("samples") == []
        recorder.until(lambda: recorder.pen().state == "waiting", "an open port")
        talker.garbage(rng, count=100)
        talker.identify()
        talker.sample()
        recorder.until_samples(1)
        assert recorder.pen().trouble == ""


def test_an_empty_serial_number_is_refused_with_the_mend(tmp_path: Path) -> None:
    with PtyPen() as pty, _recording(tmp_path, pty) as recorder:
        Talker(pty).identify(replace(PEN, serial=""))
        recorder.until(lambda: bool(recorder.pen().trouble), "trouble")
        assert "it tells no serial number" in recorder.pen().trouble
        assert "`name` in its [[pens]] table" in recorder.pen().trouble
        assert {entry.stream for entry in recorder.entries()} == {""}


def test_a_pen_with_an_empty_serial_number_is_recorded_under_its_name(tmp_path: Path) -> None:
    with PtyPen() as pty:
        settings = settings_text([PenTable(pty.path, name="ROOM-2")])
        with RecorderProcess(tmp_path, settings) as recorder:
            recorder.until(lambda: recorder.pen().state == "waiting", "an open port")
            Talker(pty).identify(replace(PEN, serial=""))
            recorder.until(lambda: recorder.pen().serial == "ROOM-2", "the name")
