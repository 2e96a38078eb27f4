"""``needlelog pen check-gauge``: a check is part of the record, under an account."""

import time
from pathlib import Path

import pytest

from logger.cli.exits import Exit
from logger.journal.reader import JournalReader
from logger.review.pen_facts import checks_of
from tests.support.accounts import PASSWORD, Accounts
from tests.support.command_line import Answer, assert_one_line, call
from tests.support.recorded import Recorded
from tests.support.recorder_process import RecorderProcess, settings_text
from tests.support.stories import PEN, Story

MEASURED = ("--depth-set-mm", "1.5", "--gauge-mm", "1.46", "--gauge", "G-7")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A clinic with an account of each role, and a pen that was linked."""
    place = tmp_path / "data"
    place.mkdir()
    story = Story()
    story.identified()
    Recorded(place).tell(story)
    accounts = Accounts(place)
    accounts.add("boss", "administrator")
    accounts.add("dr-7", "practitioner", by="boss")
    accounts.add("audit", "auditor", by="boss")
    return place


def _check(data_dir: Path, *arguments: str, pen: str = PEN, account: str = "dr-7") -> Answer:
    file = data_dir.parent / "password"
    file.write_text(PASSWORD + "\n", encoding="utf-8")
    named = ("--account", account, "--password-file", file)
    return call("--data-dir", data_dir, "pen", "check-gauge", pen, *arguments, *named)


def test_a_check_is_noted_with_what_was_measured_and_by_whom(data_dir: Path) -> None:
    answer = _check(data_dir, *MEASURED, "--at", "2026-05-04T09:30+02:00", "--remark", "worn tip")
    assert answer.code == Exit.OK, answer.err
    assert answer.out.startswith(f"{PEN}: pen.checked (position ")
    with JournalReader(data_dir) as reader:
        (check,) = checks_of(reader, PEN)
    assert (check.depth_set_mm, check.gauge_mm, check.gauge) == (1.5, 1.46, "G-7")
    assert (check.account, check.remark) == ("dr-7", "worn tip")
    assert check.at_unix_ns == 1_777_879_800 * 10**9


def test_without_a_time_it_was_measured_just_now(data_dir: Path) -> None:
    before_ns = time.time_ns()
    told = _check(data_dir, *MEASURED, "--json").json()
    assert (told["done"], told["pen"]) == ("pen.checked", PEN)
    with JournalReader(data_dir) as reader:
        (check,) = checks_of(reader, PEN)
    assert before_ns <= check.at_unix_ns <= time.time_ns()


def test_a_running_recorder_notes_it(data_dir: Path) -> None:
    with RecorderProcess(data_dir.parent, settings_text([])) as recorder:
        assert _check(data_dir, *MEASURED).code == Exit.OK
        (check,) = recorder.payloads("pen.checked", stream=PEN)
    assert check.account == "dr-7"


def test_an_auditor_may_record_none(data_dir: Path) -> None:
    answer = _check(data_dir, *MEASURED, account="audit")
    assert_one_line(answer, Exit.REFUSED, "account audit is auditor", "practitioner")


@pytest.mark.parametrize(
    ("pen", "arguments", "told"),
    [
        ("NP-9", MEASURED, "no pen NP-9 was ever linked"),
        (PEN, (*MEASURED, "--depth-set-mm", "nan"), "is no needle depth"),
        (PEN, (*MEASURED, "--gauge-mm", "12"), "is no needle depth"),
        (PEN, (*MEASURED, "--gauge", "the blue one"), "is no number of a gauge"),
        (PEN, (*MEASURED, "--at", "2199-01-01"), "still to come"),
    ],
)
def test_what_cannot_be_is_refused_and_noted_nowhere(
    data_dir: Path, pen: str, arguments: tuple[str, ...], told: str
) -> None:
    answer = _check(data_dir, *arguments, pen=pen)
    assert (answer.code, told in answer.err) == (Exit.REFUSED, True), answer.err
    with JournalReader(data_dir) as reader:
        assert checks_of(reader, pen) == []


def test_a_time_that_is_none_is_told_before_a_password_is_asked_for(data_dir: Path) -> None:
    arguments = ("pen", "check-gauge", PEN, *MEASURED, "--at", "yesterday", "--account", "dr-7")
    answer = call("--data-dir", data_dir, *arguments)
    assert_one_line(answer, Exit.USAGE, "--at yesterday", "2026-05-04")
