"""What it takes to bundle and verify an hour at 100 Hz, and to verify a year of sessions."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from logger.journal.writer import Journal
from logger.session.store import open_sessions
from tests.bench.sealing import record_hour
from tests.support.archived import append_at, archive
from tests.support.recorder_process import NEEDLELOG, environment
from tests.support.report import Row
from tests.support.stories import EPOCH_NS, SESSION, Story, host_time, sample_block

BUNDLE_S_MAX, VERIFY_S_MAX, WHOLE_S_MAX = 3.0, 1.0, 60.0
BLOCKS = 100
_TOGETHER = 50


def measure(sessions: int, repeats: int) -> list[Row]:
    """Return the rows: the least time of some, by the clock on the wall."""
    place = Path(tempfile.mkdtemp(prefix="needlelog-bundle-"))
    try:
        return [*_hour(place / "hour", repeats), _whole(place / "year", sessions)]
    finally:
        shutil.rmtree(place)


def _hour(data_dir: Path, repeats: int) -> list[Row]:
    record_hour(data_dir)
    archive(data_dir)
    _keep_sessions(data_dir)
    bundle = data_dir / "hour.zip"
    command = ("session", "bundle", SESSION, "--out", str(bundle))
    bundle_s = min(_took_s(data_dir, *command) for _ in range(repeats))
    verify_s = min(_took_s(data_dir, "verify", str(bundle)) for _ in range(repeats))
    size = bundle.stat().st_size
    return [
        _row("an hour at 100 Hz bundled", bundle_s, BUNDLE_S_MAX, f", {size / 1e6:.0f} MB"),
        _row("an hour's bundle verified", verify_s, VERIFY_S_MAX),
    ]


def _whole(data_dir: Path, sessions: int) -> Row:
    make_sealed(data_dir, sessions)
    took_s = _took_s(data_dir, "verify")
    what = f"{sessions} sealed sessions of {BLOCKS} blocks verified"
    return _row(what, took_s, WHOLE_S_MAX)


def make_sealed(data_dir: Path, sessions: int) -> None:
    """Record and seal so many sessions, some of them in each round."""
    data_dir.mkdir()
    for first in range(0, sessions, _TOGETHER):
        story = Story(encoded=True)
        for number in range(first, min(first + _TOGETHER, sessions)):
            story.started(f"20270115-{number:04x}")
            for block in range(BLOCKS):
                story.samples(sample_block(20, first=(number * BLOCKS + block) * 20))
            story.stopped(f"20270115-{number:04x}")
        append_at(data_dir, story, EPOCH_NS)
        _keep_sessions(data_dir)
        archive(data_dir)


def _keep_sessions(data_dir: Path) -> None:
    with Journal.open(data_dir, host_time) as journal:
        store, _ = open_sessions(data_dir, journal.append)
        store.close()


def _took_s(data_dir: Path, *command: str) -> float:
    began_s = time.perf_counter()
    subprocess.run(
        [NEEDLELOG, "--data-dir", data_dir, *command],
        check=True,
        capture_output=True,
        env=environment(),
    )
    return time.perf_counter() - began_s


def _row(what: str, took_s: float, most_s: float, beside: str = "") -> Row:
    figures = {"took_s": took_s}
    return Row(what, f"{took_s:.2f} s{beside}", f"≤ {most_s:g} s", took_s <= most_s, figures)
