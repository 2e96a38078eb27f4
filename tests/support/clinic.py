"""A clinic whose console has something to show on every page, and whose pens are on."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drivers.simulator.pace import Pace
from logger.accounts.model import Role
from logger.accounts.orders import SwitchSecondFactor
from logger.accounts.second_factor import keep_second_factor
from logger.accounts.totp import make_secret
from logger.demo.archive import make_archive
from logger.demo.visits import LEE, NOOR, PENS, VISITS
from logger.journal.files import make_data_directory
from logger.session.orders import Start
from logger.session.store import load_sessions
from tests.support.accounts import CHEAP, PASSWORD, Accounts
from tests.support.console_process import ConsoleProcess
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings

_PLANS = Path(__file__).parents[2] / "config" / "plans.example.toml"
_VISITS = (*VISITS[4:8], VISITS[11])
"""Amended, gappy, paused, expired, nobody's; signed, reviewed and neither; one client twice."""
ACCOUNTS: dict[Role, str] = {
    "administrator": "demo-admin",
    "practitioner": LEE,
    "auditor": "demo-auditor",
}
WITH_FACTOR = NOOR
BUSY_PEN, FREE_PEN = PENS


@dataclass(frozen=True, slots=True)
class Clinic:
    """``sessions`` has one of each state of review; ``new_address`` is of a console without
    accounts."""

    recorder: RecorderProcess
    address: str
    new_address: str
    sessions: dict[str, str]


@contextmanager
def running_clinic(place: Path) -> Iterator[Clinic]:
    """Make the archive below ``place``, start all, and begin a session on ``BUSY_PEN``."""
    pens = [SimulatedPen(place / serial, simulated_settings(serial)) for serial in PENS]
    tables = settings_text([PenTable(pen.link) for pen in pens])
    recorder = RecorderProcess(place, f'plans_file = "{_PLANS}"\n{tables}')
    _make_past(recorder.data_dir)
    new = RecorderProcess(_made(place / "new"), settings_text([PenTable(place / "none")]))
    with (
        playing([pen.station for pen in pens], Pace()),
        recorder,
        ConsoleProcess(recorder.settings_file) as console,
        ConsoleProcess(new.settings_file) as new_console,
    ):
        for number in range(len(pens)):
            recorder.until_samples(1, number)
        recorder.order(_begun())
        sessions = _by_review(recorder.data_dir)
        yield Clinic(recorder, console.address, new_console.address, sessions)


def _made(place: Path) -> Path:
    place.mkdir()
    return place


def _make_past(data_dir: Path) -> None:
    make_data_directory(data_dir)
    make_archive(data_dir, datetime.now().astimezone(), PASSWORD, visits=_VISITS, cost=CHEAP)
    factor = keep_second_factor(data_dir, WITH_FACTOR, make_secret(secrets.token_bytes), 0, [])
    order = SwitchSecondFactor(account=WITH_FACTOR, factor=factor, by=WITH_FACTOR)
    Accounts(data_dir).carry_out(order)


def _begun() -> Start:
    return Start(
        client="DEMO-A17",
        practitioner=LEE,
        side="left",
        zone="anterior-thigh",
        pen=BUSY_PEN,
        plan="example@1",
    )


def _by_review(data_dir: Path) -> dict[str, str]:
    with load_sessions(data_dir) as sessions:
        return {row.review_state: row.id for row in sessions.rows(100) if row.state == "stopped"}
