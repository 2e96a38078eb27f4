"""A session's record with the recorder running: amended, summed up anew, reviewed, signed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.simulator.pace import Pace
from logger.accounts.orders import AddAccount
from logger.cli.exits import Exit
from logger.command_socket import send_order
from logger.journal.reader import JournalReader
from logger.session.store_file import SessionStore
from tests.support.accounts import PASSWORD, Accounts
from tests.support.command_line import Answer, call
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings

START = ("--client", "C-1", "--practitioner", "dr-b", "--side", "left", "--zone", "anterior-thigh")
WHY = ("--reason", "pressed too late")


class Clinic:
    """A running recorder with one pen and two accounts, and the command line for it."""

    def __init__(self, recorder: RecorderProcess, passwords: Path) -> None:
        self.recorder = recorder
        self._passwords = passwords

    def __call__(self, *arguments: str, account: str = "") -> Answer:
        named = ("--account", account, "--password-file", str(self._passwords)) if account else ()
        return call("--config", self.recorder.settings_file, "session", *arguments, *named)

    def done(self, *arguments: str, account: str = "") -> dict[str, Any]:
        answer = self(*arguments, "--json", account=account)
        assert answer.code == Exit.OK, answer.err
        found: dict[str, Any] = answer.json()
        return found

    def wait_for_more(self, samples: int) -> None:
        self.recorder.until_samples(self.recorder.pen().samples + samples)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    place = tmp_path_factory.mktemp("clinic")
    passwords = place / "passwords"
    passwords.write_text(PASSWORD + "\n", encoding="utf-8")
    pen = SimulatedPen(place / "pen", simulated_settings("SIM-1"))
    settings = settings_text([PenTable(pen.link)])
    with playing([pen.station], Pace(speed=1)), RecorderProcess(place, settings) as recorder:
        recorder.until_samples(20)
        for account, role, by in (("boss", "administrator", ""), ("dr-7", "practitioner", "boss")):
            credential = Accounts(recorder.data_dir).credential(account, PASSWORD)
            order = AddAccount(
                account=account, name=account, role=role, credential=credential, by=by
            )
            send_order(recorder.data_dir, "account", _sent(order))
        yield Clinic(recorder, passwords)


def _sent(order: AddAccount) -> dict[str, Any]:
    sent: dict[str, Any] = msgspec.to_builtins(order)
    return sent


@pytest.fixture
def session(clinic: Clinic) -> str:
    """A stopped session of two segments."""
    name = str(clinic.done("start", *START)["session"])
    clinic.wait_for_more(150)
    clinic.done("segment", "--side", "right", "--zone", "anterior-knee")
    clinic.wait_for_more(50)
    clinic.done("stop")
    return name


def _blocks(clinic: Clinic, shown: dict[str, Any]) -> list[int]:
    first, last = shown["started_position"], shown["ended_position"]
    samples = clinic.recorder.entries("samples")
    return [entry.position for entry in samples if first < entry.position < last]


def test_a_moved_border_is_summed_up_anew_beside_the_recording(
    clinic: Clinic, session: str
) -> None:
    before = clinic.done("show", session)
    border = _blocks(clinic, before)[1]
    clinic.done(*("amend", session, "segment.2.from_position", str(border), *WHY), account="dr-7")
    after = clinic.done("show", session)
    received = [one["statistics"]["samples_received"] for one in after["segments"]]
    former = [one["statistics"]["samples_received"] for one in before["segments"]]
    assert sum(received) == sum(former)
    assert received[1] > former[1]
    assert after["segments_as_recorded"] == before["segments"]
    assert after["record"]["statistics_due"] is False


def test_the_recorder_saves_what_it_summed_up(clinic: Clinic, session: str) -> None:
    clinic.done("amend", session, "segment.2.zone", "shin", *WHY, account="dr-7")

    def saved() -> bool:
        with JournalReader(clinic.recorder.data_dir) as reader:
            store = SessionStore.open_for_reading(clinic.recorder.data_dir, reader)
        assert store is not None
        found = store.find(session)
        store.close()
        return (
            found is not None
            and found.segments[1].zone == "anterior-lower-leg"
            and (not found.record.statistics_due)
        )

    clinic.recorder.until(saved, "saved statistics")


def test_a_session_is_signed_while_the_recorder_runs(clinic: Clinic, session: str) -> None:
    clinic.done("clinical", session, "--consent", "--endpoint", "erythema")
    for order in (("review", session), ("sign", session, "--meaning", "responsibility")):
        clinic.done(*order, account="dr-7")
    record = clinic.done("show", session)["record"]
    assert (record["review_state"], record["clinical"]["endpoint"]) == ("signed", "erythema")
    assert record["signatures"][0]["name"] == "dr-7"


def test_what_came_between_two_sessions_is_assigned(clinic: Clinic, session: str) -> None:
    ended = clinic.done("show", session)["ended_position"]
    clinic.wait_for_more(60)
    later = str(clinic.done("start", *START)["session"])
    clinic.done("stop")
    until = clinic.done("show", later)["started_position"]
    between = [
        entry.position
        for entry in clinic.recorder.entries("samples")
        if ended < entry.position < until
    ]
    where = ("--from", str(between[0]), "--to", str(between[-1]))
    place = ("--side", "left", "--zone", "calf")
    clinic.done("assign", session, *where, *place, *WHY, account="dr-7")
    shown = clinic.done("show", session)
    assert [one["assigned"] for one in shown["segments"]] == [False, False, True]
    assert shown["segments"][2]["statistics"]["samples_received"] >= 60
