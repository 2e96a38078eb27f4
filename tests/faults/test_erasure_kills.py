"""An erasure is killed at a few of its calls; `make faults` does it at each."""

from pathlib import Path

import pytest

from tests.faults.erasure_calls import kill_at, prepare


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("erasure") / "data"
    prepare(made)
    return made


@pytest.mark.parametrize(
    ("call", "number"),
    [("unlink", 6), ("unlink", 7), ("pwrite64", 30), ("rmdir", 2)],
    ids=["a file of another is overwritten", "it is removed", "a commit", "a room is empty"],
)
def test_whatever_a_kill_leaves_the_next_round_ends_the_erasure(
    base: Path, tmp_path: Path, call: str, number: int
) -> None:
    assert kill_at(base, tmp_path / "data", call, number), "it was not killed"
