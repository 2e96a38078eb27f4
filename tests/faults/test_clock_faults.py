"""The clock laboratory with small numbers: order, times and spans whatever the clock does."""

import pytest

from tests.faults.clock import figures, found, try_clocks
from tests.faults.clock_findings import Findings
from tests.support.report import Row

SEED = 7
PATIENT_S = 20.0
"""A test may run on a machine that is busy with much else."""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    trials = try_clocks(tmp_path_factory.mktemp("clock"), SEED, trials=2, acts=7)
    return found(trials, PATIENT_S)


def test_every_promise_about_time_holds(findings: Findings) -> None:
    assert [row for row in figures(findings) if row.met is False] == []


def test_there_were_steps_sessions_and_times_to_correct(findings: Findings) -> None:
    assert findings.steps >= 3
    assert findings.sessions >= 2
    assert findings.corrected > 0


def test_a_broken_promise_is_told() -> None:
    broken = Findings(times_repeated=1)
    assert [row.name for row in figures(broken) if row.met is False] == [
        "clock: sample times repeated"
    ]


def test_a_figure_tells_what_was_tried() -> None:
    tried: Row = figures(Findings(trials=2, faults=9, steps=5))[0]
    assert tried.figure == "9 faults, 5 of them steps, in 2 trials"
