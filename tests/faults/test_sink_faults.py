"""The short form of what befalls receivers; `make faults` runs every fault and a whole day."""

from pathlib import Path

from tests.faults.drain import drained
from tests.faults.forgetting import forgotten
from tests.faults.sinks import Names, tried

SEED = 1
BACKLOG_S = 60

FEW: list[Names] = [
    ("killed", "answers 500"),
    ("half open", "certificate expired"),
]


def test_what_befalls_a_receiver_costs_lag_and_nobody_else_notices(tmp_path: Path) -> None:
    trials, total, _ = tried(tmp_path, FEW, SEED)
    assert [trial.names for trial in trials] == FEW
    assert total.delivered == total.stored == total.journaled > 0


def test_a_backlog_drains_whole_and_once_while_a_pen_goes_on(tmp_path: Path) -> None:
    drain = drained(tmp_path, BACKLOG_S, SEED)
    assert drain.missing == {"mqtt": 0, "influx": 0}
    assert drain.twice == {"mqtt": 0, "influx": 0}


def test_receivers_that_lose_what_they_acknowledged_are_made_whole(tmp_path: Path) -> None:
    found = forgotten(tmp_path, SEED, unheard=200)
    assert found.messages > 0
    assert found.points > 0
