"""However pruning, erasing, rebuilding and restoring follow one another, the end is the same."""

from pathlib import Path

import pytest

from logger.journal import kinds
from logger.journal.verify import verify
from tests.support.retained import Clinic

CASES = (
    ("prune", "erase", "rebuild"),
    ("erase", "prune", "rebuild"),
    ("erase", "rebuild", "prune"),
    ("rebuild", "erase", "restore", "prune"),
    ("prune", "erase", "restore", "rebuild"),
    ("erase", "stop", "restore", "stop", "prune"),
    ("stop", "erase", "stop", "rebuild", "restore"),
    ("prune", "rebuild", "erase", "prune", "restore", "prune"),
)


@pytest.mark.parametrize("steps", CASES, ids="-".join)
def test_sessions_blocks_and_chain_come_out_the_same(
    tmp_path: Path, steps: tuple[str, ...]
) -> None:
    clinic = Clinic(tmp_path / "data")
    clinic.session("s-1", "CODE-ONE")
    clinic.session("s-2", "CODE-TWO")
    clinic.session("s-3", "CODE-ONE")
    clinic.between()
    clinic.round(days=0)
    sessions = {name: one for name, one in clinic.sessions().items() if name == "s-2"}
    blocks = [one for one in clinic.entries() if one.kind == kinds.SAMPLES]
    copy = tmp_path / "copy.db"
    clinic.copy_journal(copy)
    for step in steps:
        _carry_out(clinic, step, copy)
    clinic.round()
    assert clinic.sessions() == sessions
    assert clinic.holds_text("CODE-ONE") == []
    assert verify(clinic.data_dir).good
    after = [one for one in clinic.entries() if one.kind == kinds.SAMPLES]
    assert [one.chain_hash for one in after] == [one.chain_hash for one in blocks]
    kept = [one.position for one in after if one.payload is not None]
    assert kept == [one.position for one in blocks[3:6] + blocks[9:]]
    assert [one for one in after if one.position in kept] == blocks[3:6] + blocks[9:]


def _carry_out(clinic: Clinic, step: str, copy: Path) -> None:
    match step:
        case "prune":
            clinic.round()
        case "erase":
            clinic.erase("CODE-ONE")
            clinic.round(days=0)
        case "rebuild":
            clinic.rebuild()
        case "restore":
            clinic.restore_journal(copy)
            clinic.rebuild()
        case "stop":
            clinic.stop_after(3)
