"""``needlelog demo`` as a person runs it: nothing set up, nothing left behind."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from logger.cli.exits import Exit
from logger.journal.verify import verify
from logger.session.store import load_sessions
from tests.support.recorder_process import NEEDLELOG, environment

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Demo:
    data_dir: Path
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    place = tmp_path_factory.mktemp("demo")
    with _running(place, "--duration", "6") as process:
        out, err = process.communicate(timeout=PATIENCE_S)
    return Demo(place / "data", process.returncode, out, err)


def _running(place: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [NEEDLELOG, "demo", "--dir", str(place / "data"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def test_it_ends_after_its_duration_with_exit_code_0(demo: Demo) -> None:
    assert (demo.code, demo.err) == (Exit.OK, "")


def test_it_shows_pen_session_and_sink_while_it_runs(demo: Demo) -> None:
    lines = [line for line in demo.out.splitlines() if line.startswith("SIMULATED")]
    assert re.search(
        r"SIM-000001 recording \d\.\d\d mm \d+\.\d Hz  \|  \S+ left anterior-thigh \d+ samples "
        r"complete 100\.00%  \|  mqtt \w+ \d+ behind",
        lines[-1],
    )


def test_it_prints_the_summary_of_the_session_marked_simulated(demo: Demo) -> None:
    (session,) = load_sessions(demo.data_dir).rows(10)
    assert f"session {session.id}  stopped  SIMULATED" in demo.out
    assert "1. left" in demo.out
    assert "complete 100.00%" in demo.out


def test_it_says_where_the_data_is_and_what_to_try_next(demo: Demo) -> None:
    assert str(demo.data_dir / "journal.db") in demo.out
    (session,) = load_sessions(demo.data_dir).rows(10)
    for command in ("session list", f"session show {session.id}", "session export", "verify"):
        assert command in demo.out


def test_its_session_is_stopped_and_its_journal_verifies(demo: Demo) -> None:
    (session,) = load_sessions(demo.data_dir).rows(10)
    assert (session.state, session.simulated) == ("stopped", True)
    assert verify(demo.data_dir).good


def test_it_leaves_no_process_behind(demo: Demo) -> None:
    assert list(_parts_of(demo.data_dir)) == []


def _parts_of(data_dir: Path) -> Iterator[str]:
    """Yield the command lines of processes that work in ``data_dir`` or for its settings."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            words = command + (process / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(data_dir) in words:
            yield os.fsdecode(command)


def test_ctrl_c_ends_it_in_order(tmp_path: Path) -> None:
    with _running(tmp_path) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        shown = next(line for line in lines if "anterior-thigh" in line)
        # As a terminal does it: to the foreground process.
        process.send_signal(signal.SIGINT)
        asked_s = time.monotonic()
        out, err = process.communicate(timeout=PATIENCE_S)
    assert "SIMULATED" in shown
    assert (process.returncode, err) == (Exit.OK, "")
    assert time.monotonic() - asked_s < 20
    assert "stopped  SIMULATED" in out
    assert list(_parts_of(tmp_path)) == []
