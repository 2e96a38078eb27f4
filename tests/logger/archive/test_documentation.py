"""What docs/signatures.md tells people to do by hand works."""

import re
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from logger.journal.files import JOURNAL_FILE
from logger.journal.kinds import HeadSigned
from tests.support.signed import journal_with_seals, sign_head

_TEXT = Path(__file__).parents[3].joinpath("docs", "signatures.md").read_text("utf-8")
SEALS = 7


@pytest.fixture
def head(tmp_path: Path) -> HeadSigned:
    journal_with_seals(tmp_path, SEALS)
    head = sign_head(tmp_path)
    (tmp_path / "head.json").write_bytes(head.signed_bytes())
    journal_with_seals(tmp_path, 2)
    return head


def checked(place: Path) -> str:
    """Return what the documented check says of the journal and the head in ``place``."""
    found = re.search(r"```python\n(.*?)```", _TEXT, re.DOTALL)
    assert found
    command = [sys.executable, "-c", found[1], place / JOURNAL_FILE, place / "head.json"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def alter(place: Path, statement: str) -> None:
    connection = apsw.Connection(str(place / JOURNAL_FILE))
    connection.execute(statement)
    connection.close()


@pytest.mark.usefixtures("head")
def test_the_documented_check_finds_a_grown_journal_good(tmp_path: Path) -> None:
    assert checked(tmp_path) == "good\n"


def test_the_documented_check_finds_entries_cut_off(tmp_path: Path, head: HeadSigned) -> None:
    alter(tmp_path, f"DELETE FROM entry WHERE position >= {head.position}")
    assert checked(tmp_path).startswith("BAD")


def test_the_documented_check_finds_an_entry_written_anew(tmp_path: Path, head: HeadSigned) -> None:
    alter(
        tmp_path, f"UPDATE entry SET chain_hash = randomblob(32) WHERE position = {head.position}"
    )
    assert checked(tmp_path).startswith("BAD")


@pytest.mark.usefixtures("head")
def test_the_documented_check_finds_a_missing_seal(tmp_path: Path) -> None:
    first = "(SELECT min(position) FROM entry WHERE kind = 'seal.made')"
    alter(tmp_path, f"UPDATE entry SET kind = 'seal.lost' WHERE position = {first}")
    assert checked(tmp_path).startswith("BAD")


@pytest.mark.parametrize("field", HeadSigned.__struct_fields__)
def test_every_field_of_a_head_is_documented(field: str) -> None:
    assert f"`{field}`" in _TEXT
