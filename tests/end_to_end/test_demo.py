"""``needlelog demo`` as a person runs it: nothing set up, nothing left behind."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from logger.cli.exits import Exit
from logger.demo.visits import VISITS
from logger.journal.verify import verify
from logger.session.store import load_sessions
from logger.session.summary import SessionSummary
from tests.support.consoled import form_token_of
from tests.support.recorded import Recorded
from tests.support.recorder_process import NEEDLELOG, environment
from tests.support.stories import Story

PATIENCE_S = 240.0
"""The archive takes some ten seconds of a processor that others may want, too."""
pytestmark = pytest.mark.timeout(300)


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
        r"SIM-000001 recording \d\.\d\d mm \d+\.\d Hz  \|  "
        r"SIM-000002 recording \d\.\d\d mm \d+\.\d Hz  \|  \S+ left anterior-thigh \d+ samples "
        r"complete 100\.00%  \|  mqtt \w+ \d+ behind",
        lines[-1],
    )


def test_it_opens_with_an_archive_and_adds_one_session_to_it(demo: Demo) -> None:
    rows = load_sessions(demo.data_dir).rows(100)
    assert [one.client for one in rows].count("DEMO-CLIENT") == 1
    assert len(rows) == 1 + sum(1 for visit in VISITS if visit.client)
    assert all(one.simulated for one in rows)


def _live_session(data_dir: Path) -> SessionSummary:
    """Return the newest session, which must be the one that the demo conducted."""
    (session,) = load_sessions(data_dir).rows(1)
    assert session.client == "DEMO-CLIENT"
    return session


def test_it_prints_the_summary_of_the_session_marked_simulated(demo: Demo) -> None:
    session = _live_session(demo.data_dir)
    assert f"session {session.id}  stopped  SIMULATED" in demo.out
    assert "1. left" in demo.out
    assert "complete 100.00%" in demo.out


def test_it_says_where_the_data_is_and_what_to_try_next(demo: Demo) -> None:
    assert str(demo.data_dir / "journal.db") in demo.out
    session = _live_session(demo.data_dir)
    for command in ("session list", f"session show {session.id}", "session export", "verify"):
        assert command in demo.out


def test_its_session_is_stopped_and_its_journal_verifies(demo: Demo) -> None:
    session = _live_session(demo.data_dir)
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


def test_ctrl_c_ends_it_in_order(earlier: Path) -> None:
    with _running(earlier) as process:
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
    assert list(_parts_of(earlier)) == []


def test_its_console_is_open_to_who_signs_in_as_printed(earlier: Path) -> None:
    with _running(earlier) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        address = next(line for line in lines if line.startswith("Look at it")).split()[-1]
        password = next(line for line in lines if line.startswith("  password")).split()[1]
        with httpx.Client(base_url=address, follow_redirects=True) as browser:
            token = form_token_of(browser.get("/sign-in"))
            fields = {"form_token": token, "account": "demo-auditor", "password": password}
            page = browser.post("/sign-in", data=fields)
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
    assert (page.status_code, page.url.path) == (200, "/sessions")
    assert "Otto Demo" in page.text
    assert list(_parts_of(earlier)) == []


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A place whose demo is of a version that made no archive: quicker, and it must start."""
    Recorded(tmp_path / "data").tell(Story())
    return tmp_path
