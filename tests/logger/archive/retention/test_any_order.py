"""However pruning, erasing, rebuilding and restoring follow one another, the end is the same."""

from pathlib import Path

import pytest

from tests.faults.erasure_order import tell

STEPS = 4


@pytest.mark.parametrize("seed", range(6))
def test_sessions_blocks_and_chain_come_out_the_same(tmp_path: Path, seed: int) -> None:
    assert len(tell(tmp_path, seed, STEPS)) == STEPS
