"""Power cuts: a few hundred, and the controls that show that they would tell."""

from pathlib import Path

import pytest

from tests.faults.power_cut import CONTROLS, CUTS_OF_A_HISTORY, Found, history, weakened_histories

_HISTORIES = 15
_HISTORIES_OF_A_CONTROL = 40


def test_nothing_acknowledged_is_lost_and_no_journal_is_damaged(tmp_path: Path) -> None:
    total = Found()
    for number in range(_HISTORIES):
        total += history(tmp_path, CUTS_OF_A_HISTORY, f"short-{number}")

    assert not total.broken
    assert total.cuts >= 300
    assert total.deaths
    assert total.failed
    assert total.entries > 1000


@pytest.mark.parametrize("control", CONTROLS)
def test_a_journal_that_is_less_careful_is_found_out(tmp_path: Path, control: str) -> None:
    names = (f"{control}-{number}" for number in range(_HISTORIES_OF_A_CONTROL))

    assert any(found.broken for found in weakened_histories(tmp_path, control, names))
