"""The recorder is told to end, once at each kind of moment; `make faults` does it often."""

from pathlib import Path

from tests.faults.signal_moments import MOMENTS
from tests.faults.signals import ENDS_WITHIN_S, signal_rows, trials

BUSY_MACHINE = 4
"""How much slower than promised a machine that runs many tests at once may be."""


def test_the_recorder_ends_with_everything_committed_and_sessions_marked(tmp_path: Path) -> None:
    found = trials(tmp_path / "trials", seed=1, count=len(MOMENTS))
    assert signal_rows([found])[-1].met
    assert max(found.took_s.values()) < ENDS_WITHIN_S * BUSY_MACHINE
