"""The short form: damaged copies of a journal, and a real recorder whose files are damaged."""

import signal
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import apsw
import pytest

from drivers.simulator.pace import Pace
from logger.cli.exits import Exit
from logger.journal.connection import PAGE_BYTES
from logger.journal.files import JOURNAL_FILE, set_aside_name
from logger.journal.kinds import SAMPLES
from logger.session.model import Session
from logger.session.orders import Start, Stop
from logger.session.store import load_sessions
from tests.faults.corruption import damage_many
from tests.support.command_line import Answer, call
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings

_CASES = 30


def test_whatever_is_damaged_recording_goes_on_and_the_rest_comes_back(tmp_path: Path) -> None:
    account = damage_many(tmp_path, seed=1, cases=_CASES)

    assert not account.wrong
    assert account.brought_back == account.entries - account.struck
    assert len(account.outcomes) >= 2


@dataclass(frozen=True)
class Damaged:
    """A recorder that was killed in a session, its journal damaged, started again, recovered."""

    recorder: RecorderProcess
    session: str
    before: int
    refused_export: Answer
    verified_before: Answer
    recovered: Answer
    verified_after: Answer
    exported: Answer
    shown: Session
    stop_code: int


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    place = tmp_path_factory.mktemp("damaged")
    pen = SimulatedPen(place / "pen", simulated_settings("SIM-1"))
    recorder = RecorderProcess(place, settings_text([PenTable(pen.link)]))
    at = ("--data-dir", recorder.data_dir)
    with playing([pen.station], Pace(waits_for_readers=True)), recorder:
        recorder.until_samples(50)
        order = Start(client="C-1", practitioner="p", side="left", zone="posterior-thigh")
        session = recorder.order(order)["session"]
        recorder.until_samples(120)
        recorder.stop()
        recorder.start()
        recorder.until_samples(100)
        recorder.kill()
        before = sum(map(len, recorder.blocks("SIM-1")))
        _spoil(recorder.data_dir / JOURNAL_FILE)
        recorder.start()
        recorder.until_samples(50)
        refused_export = call(*at, "session", "export", session)
        verified_before = call(*at, "verify")
        recovered = call(*at, "recover")
        recorder.order(Stop(session=session))
        verified_after = call(*at, "verify", "--json")
        code, _ = recorder.stop(signal.SIGTERM)
        recorder.start()
        exported = call(*at, "session", "export", session)
        recorder.stop()
    with load_sessions(recorder.data_dir) as sessions:
        shown = sessions.session(session)
    assert shown is not None
    return Damaged(
        recorder,
        session,
        before,
        refused_export,
        verified_before,
        recovered,
        verified_after,
        exported,
        shown,
        code,
    )


def _spoil(journal: Path) -> None:
    """Put garbage over a page that no entry lies in and that the log does not hold anew."""
    connection = apsw.Connection(str(journal), flags=apsw.SQLITE_OPEN_READONLY)
    page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'quarantine'").get
    connection.close()
    with journal.open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES)
        file.write(Random(3).randbytes(PAGE_BYTES))


def test_the_log_says_that_the_file_was_set_aside(damaged: Damaged) -> None:
    assert f"it is set aside as {set_aside_name(1)}" in damaged.recorder.log
    assert "Traceback" not in damaged.recorder.log


def test_verify_names_the_file_until_it_is_recovered(damaged: Damaged) -> None:
    assert damaged.verified_before.code == Exit.FOUND_WRONG
    assert f"NOT RECOVERED {set_aside_name(1)}" in damaged.verified_before.out
    assert damaged.verified_after.code == Exit.OK


def test_everything_is_brought_back(damaged: Damaged) -> None:
    assert damaged.recovered.code == Exit.OK
    assert " 0 missing" in damaged.recovered.out
    entries = damaged.recorder.entries(SAMPLES)
    assert [one.position for one in entries] == sorted(one.position for one in entries)
    assert sum(map(len, damaged.recorder.blocks("SIM-1"))) >= damaged.before + 50


def test_the_open_session_goes_on_in_the_new_file(damaged: Damaged) -> None:
    reasons = [one.reason for one in damaged.shown.interruptions]
    assert "the journal's file was damaged and set aside" in reasons
    assert damaged.shown.state == "stopped"
    carried = damaged.recorder.entries("session.carried")
    assert [one.stream for one in carried] == ["SIM-1"]


def test_the_pens_numbers_are_followed_across_the_files(damaged: Damaged) -> None:
    """What the pen said meanwhile is a gap with a count, or nothing is missing at all."""
    sequence = [n for block in damaged.recorder.blocks("SIM-1") for n in block.sequence.tolist()]
    jumps = [(a, b) for a, b in pairwise(sequence) if b != a + 1]
    gaps = damaged.recorder.payloads("gap")
    told = {(gap.from_sequence - 1, gap.to_sequence + 1) for gap in gaps if gap.count}
    assert set(jumps) <= told
    assert len(set(sequence)) == len(sequence)


def test_samples_that_lie_set_aside_are_not_silently_left_out(damaged: Damaged) -> None:
    assert damaged.refused_export.code == Exit.REFUSED
    assert "needlelog recover" in damaged.refused_export.err


def test_an_export_reaches_back_over_the_files(damaged: Damaged) -> None:
    rows = damaged.exported.out.splitlines()
    totals = damaged.shown.totals
    assert len(rows) - 1 == totals.samples_received
    assert damaged.stop_code == Exit.OK
