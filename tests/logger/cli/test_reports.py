"""``needlelog session report`` and ``needlelog audit report``."""

from pathlib import Path

import pytest

from logger.cli.exits import Exit
from tests.support.command_line import assert_one_line, call
from tests.support.recorded import Recorded
from tests.support.reported import tell_whole_record, words_of
from tests.support.stories import SESSION


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("data")
    tell_whole_record(Recorded(place))
    return place


def _words(pdf: Path, place: Path) -> str:
    return words_of(pdf.read_bytes(), place)


def test_a_session_is_printed_for_the_clinic(data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    options = ("--paper", "letter", "--language", "de", "--out", out)
    answer = call("--data-dir", data_dir, "--set", "site=hill-1", "session", "report", SESSION,
                  *options)  # fmt: skip
    assert (answer.code, answer.err) == (Exit.OK, f"written to {out}\n")
    assert "Praxis hill-1" in _words(out, tmp_path)


def test_without_a_name_the_file_is_named_after_the_session(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("--data-dir", data_dir, "session", "report", SESSION).code == Exit.OK
    assert Path(f"{SESSION}.pdf").read_bytes().startswith(b"%PDF")


def test_a_period_is_printed(data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit.pdf"
    span = ("--since", "2027-01-01", "--until", "2027-01-31")
    assert call("--data-dir", data_dir, "audit", "report", *span, "--out", out).code == Exit.OK
    assert SESSION in _words(out, tmp_path)


def test_a_session_that_is_not_there_is_refused(data_dir: Path) -> None:
    answer = call("--data-dir", data_dir, "session", "report", "20261122-none")
    assert_one_line(answer, Exit.REFUSED, "there is no session", "needlelog session list")


def test_a_period_that_ends_before_it_begins_is_refused(data_dir: Path) -> None:
    span = ("--since", "2027-02-01", "--until", "2027-01-31")
    answer = call("--data-dir", data_dir, "audit", "report", *span)
    assert_one_line(answer, Exit.USAGE, "--since 2027-02-01", "Give an earlier time")


def test_a_file_that_cannot_be_written_is_named(data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "none" / "out.pdf"
    answer = call("--data-dir", data_dir, "session", "report", SESSION, "--out", out)
    assert_one_line(answer, Exit.UNAVAILABLE, str(out), "cannot be written")
