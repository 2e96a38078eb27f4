"""The link laboratory with small numbers: what is lost is told, and links come back."""

import pytest

from tests.faults.accounting import account
from tests.faults.link import back_after_replug_s, figures
from tests.faults.link_trial import LinkTrial, try_links

SEED = 4
PENS, SLOTS = 8, 2
PATIENT_S = 20.0
"""The laboratory's own target is 3 s; a test may run on a machine that is busy."""


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> LinkTrial:
    return try_links(tmp_path_factory.mktemp("links"), SEED, PENS, SLOTS)


@pytest.mark.parametrize("number", range(PENS))
def test_every_sample_is_recorded_once_or_lies_in_a_gap(trial: LinkTrial, number: int) -> None:
    account([trial.pens[number].log], [trial.recorder.data_dir]).assert_sound()


def test_a_replugged_pen_is_recorded_again(trial: LinkTrial) -> None:
    backs_s = [back for pen in trial.pens for back in back_after_replug_s(trial, pen)]
    assert backs_s
    assert max(backs_s) < PATIENT_S


def test_a_port_that_another_program_lets_go_is_taken(trial: LinkTrial) -> None:
    assert trial.recorder.blocks(trial.pens[-1].serial)


def test_the_laboratory_tells_what_was_tried(trial: LinkTrial) -> None:
    (faults, *_) = figures(trial)
    assert faults.figure == f"{sum(map(len, trial.faults))} on {PENS} pens"
