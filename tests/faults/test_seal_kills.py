"""A round of sealing is killed at a few of its calls; `make faults` does it at each."""

from pathlib import Path

import pytest

from tests.faults.seal_calls import kill_at, prepare


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("seal")
    prepare(made)
    return made


@pytest.mark.parametrize(
    ("call", "number"),
    [("write", 2), ("fsync", 3), ("rename", 4), ("pwrite64", 5)],
)
def test_whatever_a_kill_leaves_the_next_round_makes_it_whole(
    base: Path, tmp_path: Path, call: str, number: int
) -> None:
    assert kill_at(base, tmp_path / "data", call, number), "it was not killed"
