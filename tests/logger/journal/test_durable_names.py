"""What the kernel is asked for when a journal is made: names are synced before any promise."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

_MAKE = """
import sys
from pathlib import Path
from drivers.model import HostTime
from logger.journal.entry import Draft
from logger.journal.writer import Journal
journal = Journal.open(Path(sys.argv[1]), lambda: HostTime(1, 1, True))
journal.append([Draft("session.paused", "NP-1", "uid:1000", b"{}")])
print("acknowledged", flush=True)
journal.close()
"""
_SYNC = re.compile(r"f(?:data)?sync\(\d+<([^>]*)>\)")


def _synced_before_the_acknowledgement(data_dir: Path) -> list[str]:
    """Make a journal under strace; return the paths that were synced, in order."""
    calls = data_dir.parents[1] / "calls"
    seen = "trace=fsync,fdatasync,write"
    command = ["strace", "-f", "-y", "-qqq", "-e", seen, "-o", str(calls)]
    subprocess.run([*command, sys.executable, "-c", _MAKE, str(data_dir)], check=True)
    before, acknowledged, _ = calls.read_text(encoding="utf-8").partition('"acknowledged')
    assert acknowledged
    return _SYNC.findall(before)


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    return tmp_path / "var" / "data"


def test_every_name_on_the_way_to_the_journal_is_synced(nested: Path) -> None:
    synced = _synced_before_the_acknowledgement(nested)

    ways = [nested.parents[1], nested.parent, nested, nested / "journal.db"]
    assert {str(way) for way in ways} <= set(synced)
    assert synced[-1] == str(nested / "journal.db-wal")


def test_a_directory_that_an_earlier_start_made_is_synced_all_the_same(nested: Path) -> None:
    nested.mkdir(parents=True)

    assert str(nested.parent) in _synced_before_the_acknowledgement(nested)
