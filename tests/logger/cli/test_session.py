"""``needlelog session``: what each call orders. tests/end_to_end shows what comes of it."""

from pathlib import Path
from typing import Any

import pytest

from logger.cli.exits import Exit
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.answering import answering
from tests.support.command_line import Answer, call

DONE = {"session": "20261122-ab12", "done": "session.started", "position": 7}
PLACE = ("--side", "left", "--zone", "anterior-thigh")
WHO = ("--client", "C-1", "--practitioner", "dr-b")


def _ordered(data_dir: Path, *arguments: str) -> dict[str, Any]:
    with answering(data_dir, DONE) as orders:
        answer = call("--data-dir", data_dir, "session", *arguments)
    assert answer.code == Exit.OK, answer.err
    ((name, order),) = orders
    assert name == "session"
    return {key: value for key, value in order.items() if value not in ("", None)}


def test_start_orders_what_was_given(tmp_path: Path) -> None:
    assert _ordered(tmp_path, "start", *WHO, *PLACE) == {
        "type": "start",
        "client": "C-1",
        "practitioner": "dr-b",
        "side": "left",
        "zone": "anterior-thigh",
    }


def test_start_takes_all_that_may_be_said(tmp_path: Path) -> None:
    more = ("--pen", "NP-1", "--plan", "a@1", "--indication", "scars", "--note", "text")
    head = ("--cartridge", "(10)L1", "--lot", "L1", "--expiry", "2027-12-31", "--needles", "12")
    order = _ordered(tmp_path, "start", *WHO, *PLACE, *more, *head)
    assert (order["pen"], order["plan"], order["indication"]) == ("NP-1", "a@1", "scars")
    assert order["note"] == "text"
    assert order["cartridge"] == {
        "udi": "(10)L1",
        "lot": "L1",
        "expiry": "2027-12-31",
        "needle_count": 12,
    }


def test_start_reads_a_scanned_cartridge(tmp_path: Path) -> None:
    code = "]d201008500000000181727123110L4471{GS}210007"
    order = _ordered(tmp_path, "start", *WHO, *PLACE, "--cartridge", code)
    assert order["cartridge"] == {
        "udi": "(01)00850000000018(17)271231(10)L4471(21)0007",
        "gtin": "00850000000018",
        "lot": "L4471",
        "expiry": "2027-12-31",
        "serial": "0007",
    }


def test_a_cartridge_that_cannot_be_read_is_refused_before_anything_is_ordered(
    tmp_path: Path,
) -> None:
    with answering(tmp_path, DONE) as orders:
        answer = call("--data-dir", tmp_path, "session", "start", *WHO, *PLACE, "--cartridge", "7")
    assert answer.code == Exit.REFUSED
    assert "give --lot, --expiry and --needles instead" in answer.err
    assert orders == []


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        (("segment", *PLACE), {"type": "segment", "side": "left", "zone": "anterior-thigh"}),
        (("pause", "--session", "s"), {"type": "pause", "session": "s"}),
        (("resume", "--pen", "NP-1"), {"type": "resume", "pen": "NP-1"}),
        (("stop",), {"type": "stop"}),
        (("note", "a text"), {"type": "note", "text": "a text"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_each_command_gives_its_order(
    tmp_path: Path, arguments: tuple[str, ...], order: dict[str, Any]
) -> None:
    assert _ordered(tmp_path, *arguments) == order


def test_what_was_done_is_told(tmp_path: Path) -> None:
    with answering(tmp_path, DONE):
        answer = call("--data-dir", tmp_path, "session", "stop")
    assert answer.out == "20261122-ab12: session.started (position 7)\n"


def test_what_was_done_can_be_json(tmp_path: Path) -> None:
    with answering(tmp_path, DONE):
        answer = call("--data-dir", tmp_path, "session", "stop", "--json")
    assert answer.json() == DONE


def _alone(data_dir: Path, *arguments: str) -> Answer:
    """Call beside a journal in which nothing has happened, without a recorder."""
    Journal.open(data_dir, HostClock()).close()
    return call("--data-dir", data_dir, "session", *arguments)


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    assert _alone(tmp_path, "list").out == "no session was recorded yet\n"


def test_an_empty_list_is_an_empty_list_in_json(tmp_path: Path) -> None:
    assert _alone(tmp_path, "list", "--json").json() == {"sessions": []}


def test_without_recorder_and_session_there_is_nothing_to_stop(tmp_path: Path) -> None:
    answer = _alone(tmp_path, "stop")
    assert (answer.code, "no session is open" in answer.err) == (Exit.REFUSED, True)


def test_an_order_while_another_process_has_the_journal_is_refused(tmp_path: Path) -> None:
    with Journal.open(tmp_path, HostClock()) as journal:
        journal.append([_started()])
        answer = call("--data-dir", tmp_path, "session", "stop")
    assert answer.code == Exit.REFUSED
    assert "another needlelog" in answer.err


def test_an_order_without_a_recorder_is_its_givers(tmp_path: Path) -> None:
    with Journal.open(tmp_path, HostClock()) as journal:
        journal.append([_started()])
    answer = call("--data-dir", tmp_path, "session", "stop", "--json")
    assert answer.json() == {"session": "20261122-ab12", "done": "session.stopped", "position": 3}
    shown = call("--data-dir", tmp_path, "session", "show", "20261122-ab12", "--json").json()
    assert shown["state"] == "stopped"


def _started() -> Draft:
    started = kinds.SessionStarted(
        session="20261122-ab12",
        pen="NP-1",
        client="C-1",
        practitioner="dr-b",
        side="left",
        zone="anterior-thigh",
        nonce="00",
    )
    return Draft(kinds.kind_of(started), "NP-1", "uid:1", kinds.encode(started))
