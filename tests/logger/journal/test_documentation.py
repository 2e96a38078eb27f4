"""What docs/journal.md says is so."""

import re
import subprocess
import sys
from pathlib import Path

import apsw
import msgspec
import pytest

from drivers.model import SampleBlock
from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock

_TEXT = Path(__file__).parents[3].joinpath("docs", "journal.md").read_text("utf-8")


@pytest.fixture
def path(data_dir: Path, clock: SetClock, block: SampleBlock) -> Path:
    with Journal.open(data_dir, clock) as journal:
        journal.append([Draft("samples", block.pen, "service", encode_block(block))] * 3)
    return data_dir / JOURNAL_FILE


def _run_documented_check(path: Path) -> "subprocess.CompletedProcess[str]":
    found = re.search(r"```python\n(.*?)```", _TEXT, re.DOTALL)
    assert found
    return subprocess.run(
        [sys.executable, "-c", found[1], str(path)], capture_output=True, text=True, check=False
    )


def test_the_documented_check_finds_a_whole_journal_good(path: Path) -> None:
    assert _run_documented_check(path).stdout.startswith("good: 4 entries")


def test_the_documented_check_finds_a_changed_entry(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE entry SET actor = 'uid:0' WHERE position = 3")
    connection.close()

    assert "bad at position 3" in _run_documented_check(path).stderr


@pytest.mark.parametrize("kind", [*kinds.KINDS, kinds.SAMPLES])
def test_every_kind_is_listed(kind: str) -> None:
    assert f"`{kind}`" in _TEXT


def test_a_block_has_the_documented_elements(block: SampleBlock) -> None:
    rows = re.findall(r"^\| (\d+) \| ", _TEXT, re.MULTILINE)

    assert len(msgspec.msgpack.decode(encode_block(block))) == len(rows)
