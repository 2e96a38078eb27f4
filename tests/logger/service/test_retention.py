"""A running recorder prunes and erases beside the recording, which goes on."""

import functools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from drivers.simulator.pace import Pace
from logger.archive.retention import orders
from logger.archive.retention.settings import RetentionSettings
from logger.archive.round import run_round
from logger.command_socket import send_order
from logger.journal.reader import JournalReader
from logger.journal.sealing import stored
from logger.journal.verify import verify
from logger.session.orders import Start, Stop
from logger.session.store import load_sessions
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.retained import BOSS, LATER_NS
from tests.support.simulated import SimulatedPen, simulated_settings

SERIAL = "SIM-1"
SOON = "[archive]\nsettle_s = 0.2\nniceness = 0"


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[RecorderProcess]:
    """A recorder with a pen that speaks, and a sealed session of client CODE-ONE."""
    pen = SimulatedPen(tmp_path / "pen", simulated_settings(SERIAL))
    text = settings_text([PenTable(pen.link)], SOON)
    with playing([pen.station], Pace()), RecorderProcess(tmp_path, text) as recorder:
        recorder.until_samples(10)
        recorder.order(
            Start(client="CODE-ONE", practitioner="dr-b", side="left", zone="shin", pen=SERIAL)
        )
        recorder.until_samples(recorder.pen().samples + 50)
        recorder.order(Stop(pen=SERIAL))
        recorder.until_entry("seal.made")
        recorder.until(lambda: recorder.ask().archive.state == "idle", "an end of the round")
        yield recorder


def _left(recorder: RecorderProcess) -> int:
    """Return how many blocks of the session have their payload in the journal."""
    with JournalReader(recorder.data_dir, stored) as raw:
        (start,) = raw.entries(kinds=["session.started"])
        (stop,) = raw.entries(kinds=["session.stopped"])
        return len(raw.payloads_left(SERIAL, start.position, stop.position))


def test_a_child_has_sealed_blocks_pruned_while_more_are_recorded(
    recorder: RecorderProcess,
) -> None:
    before = recorder.blocks(SERIAL)
    assert _left(recorder)
    order = functools.partial(send_order, recorder.data_dir)
    done = run_round(recorder.data_dir, order, lambda: LATER_NS, RetentionSettings())
    assert done.pruned and not done.failed
    assert _left(recorder) == 0
    recorder.until_samples(recorder.pen().samples + 50)
    after = recorder.blocks(SERIAL)
    assert [one.sequence.tolist() for one in after[: len(before)]] == [
        one.sequence.tolist() for one in before
    ]
    assert not recorder.entries("gap")


def test_an_order_to_erase_is_carried_out_by_itself(recorder: RecorderProcess) -> None:
    order = orders.EraseClient(client="CODE-ONE", reason="asked for", by=BOSS)
    send_order(recorder.data_dir, orders.ERASE, msgspec.to_builtins(order))
    with load_sessions(recorder.data_dir) as sessions:
        assert sessions.rows(10) == []
    recorder.until_entry("client.erasure_done")
    recorder.until(lambda: recorder.ask().archive.erased > 0, "the count in the status")
    assert _left(recorder) == 0
    assert list((recorder.data_dir / "archive" / "sessions").iterdir()) == []
    recorder.until_samples(recorder.pen().samples + 50)
    recorder.stop()
    files = [one for one in recorder.data_dir.rglob("*") if one.is_file()]
    assert [one.name for one in files if b"CODE-ONE" in one.read_bytes()] == []
    assert verify(recorder.data_dir).good
