"""``needlelog queue`` as a person calls it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from logger.cli.exits import Exit
from logger.errors import CommandRefused
from tests.support.answering import answering
from tests.support.command_line import call

ANSWER = {"sink": "mqtt", "from_position": 7, "to_position": 90}


def test_a_position_is_passed_on(tmp_path: Path) -> None:
    with answering(tmp_path, ANSWER) as orders:
        answer = call("--data-dir", tmp_path, "queue", "replay", "mqtt", "--since", "7")
    assert orders == [("queue.replay", {"sink": "mqtt", "position": 7})]
    assert answer.out == "mqtt: delivering again from position 7 to 90\n"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-04T09:30+02:00", datetime(2026, 5, 4, 7, 30, tzinfo=UTC)),
        ("2026-05-04T09:30Z", datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
        ("2026-05-04T09:30", datetime(2026, 5, 4, 9, 30).astimezone()),
    ],
)
def test_a_time_is_passed_on_in_ns(tmp_path: Path, text: str, moment: datetime) -> None:
    with answering(tmp_path, ANSWER) as orders:
        call("--data-dir", tmp_path, "queue", "replay", "mqtt", "--since", text)
    assert orders[0][1]["since_unix_ns"] == int(moment.timestamp()) * 1_000_000_000


def test_the_answer_can_be_json(tmp_path: Path) -> None:
    with answering(tmp_path, ANSWER):
        answer = call("--data-dir", tmp_path, "queue", "replay", "mqtt", "--since", "7", "--json")
    assert answer.json() == ANSWER


def test_a_refusal_is_one_line_with_exit_code_3(tmp_path: Path) -> None:
    with answering(tmp_path, CommandRefused("there is no sink 'x'", "Set are: mqtt")):
        answer = call("--data-dir", tmp_path, "queue", "replay", "x", "--since", "1")
    assert answer.err == "error: there is no sink 'x'. Set are: mqtt\n"
    assert answer.code == Exit.REFUSED
