"""However erasing, pruning, restoring and kills follow one another, the end is the same."""

from pathlib import Path
from random import Random

import click

from logger.journal import kinds
from logger.journal.entry import Entry
from tests.faults.erasure_calls import CALLS, kill
from tests.support.checked import verified
from tests.support.report import Row
from tests.support.retained import Clinic

STORIES, STEPS = 60, 8
_WAYS = ("prune", "erase", "rebuild", "restore", "stop", "kill")
_CLIENT = "CODE-ONE"
_ORDERS, _CALLS = 12, 30
"""How many orders a round carries out, and calls of one kind it makes, more or less."""


class Telling:
    """A clinic to which things happen as ``chance`` will have it. ``done`` says what did."""

    def __init__(self, place: Path, seed: int) -> None:
        self._chance = Random(seed)
        self._copy = place / "copy.db"
        self.clinic = Clinic(place / "data")
        for session, client in (("s-1", _CLIENT), ("s-2", "CODE-TWO"), ("s-3", _CLIENT)):
            self.clinic.session(session, client)
        self.clinic.between()
        self.clinic.round(days=0)
        self.clinic.copy_journal(self._copy)
        self.done: list[str] = []

    def step(self) -> None:
        """Do one thing."""
        way = self._chance.choice(_WAYS)
        match way:
            case "prune":
                self.clinic.round()
            case "erase":
                self.erase()
            case "rebuild":
                self.clinic.rebuild()
            case "restore":
                self.clinic.restore_journal(self._copy)
                self.clinic.rebuild()
            case "stop":
                self.clinic.stop_after(self._chance.randrange(_ORDERS))
            case "kill":
                call, number = self._chance.choice(CALLS), self._chance.randint(1, _CALLS)
                killed = kill(self.clinic.data_dir, call, number)
                way = f"killed at {call} {number}" if killed else "sealed"
        self.done.append(way)

    def erase(self) -> None:
        """Order the erasure, unless that was done and was not forgotten by a restore."""
        if "s-1" in self.clinic.sessions():
            self.clinic.erase(_CLIENT)


def tell(place: Path, seed: int, steps: int) -> list[str]:
    """Tell a story; AssertionError, with its steps, unless it ends as all do. Returns them."""
    telling = Telling(place, seed)
    clinic = telling.clinic
    before, sessions = _blocks(clinic), clinic.sessions()
    for _ in range(steps):
        telling.step()
    telling.erase()
    clinic.round()
    said = telling.done
    assert clinic.sessions() == {"s-2": sessions["s-2"]}, said
    assert clinic.holds_text(_CLIENT) == [], said
    assert "NOT OVER" not in verified(clinic.data_dir), said
    after = _blocks(clinic)
    assert [one.chain_hash for one in after] == [one.chain_hash for one in before], said
    kept = before[3:6] + before[9:]
    assert [one for one in after if one.payload is not None] == kept, said
    return said


def _blocks(clinic: Clinic) -> list[Entry]:
    return [one for one in clinic.entries() if one.kind == kinds.SAMPLES]


def row(place: Path, seed: int) -> Row:
    """Return the row of the long form; AssertionError with the first story that ended otherwise."""
    steps = []
    for number in range(STORIES):
        steps += tell(place / str(number), seed * STORIES + number, STEPS)
        click.echo(f"erasure: story {number + 1} of {STORIES}", err=True)
    kills = sum(one.startswith("killed") for one in steps)
    return Row(
        "pruning, erasing, restoring and kills in any order",
        f"{STORIES} stories of {STEPS} steps, {kills} kills, all end the same",
        "all the same",
        kills > 0,
    )
