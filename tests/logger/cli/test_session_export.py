"""``needlelog session list`` and ``export`` take the same search; ``audit export`` the trail."""

import csv
import io
import json
from pathlib import Path

import pytest

from logger.cli.exits import Exit
from logger.journal.connection import PAGE_BYTES
from logger.journal.files import JOURNAL_FILE
from logger.journal.kinds import SessionStarted
from logger.session.store import open_sessions
from tests.support.command_line import Answer, call, call_process
from tests.support.recorded import Recorded
from tests.support.stories import Story, sample_block


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with two stopped sessions, ``a`` on the left and ``b`` on the right."""
    directory = tmp_path_factory.mktemp("data")
    story = Story(encoded=True)
    story.identified()
    for number, (name, side) in enumerate((("a", "left"), ("b", "right"))):
        story.append(
            SessionStarted(
                session=name,
                pen="NP-000123",
                client="C-17",
                practitioner="dr.b",
                side=side,
                zone="anterior-lower-leg",
                nonce="00",
            )
        )
        story.samples(sample_block(5, first=5 * number))
        story.stopped(name)
    Recorded(directory).tell(story)
    return directory


def _session(data_dir: Path, *arguments: str) -> Answer:
    return call("--data-dir", data_dir, "session", *arguments)


def _sessions_in(answer: Answer) -> list[str]:
    rows = csv.DictReader(io.StringIO(answer.out, newline=""))
    return [row["session"] for row in rows]


def test_a_list_has_what_was_asked_for(data_dir: Path) -> None:
    answer = _session(data_dir, "list", "--zone", "shin", "--side", "left", "--json").json()
    assert [line["id"] for line in answer["sessions"]] == ["a"]


def test_a_list_with_nothing_in_it_says_so(data_dir: Path) -> None:
    assert _session(data_dir, "list", "--client", "C-0").out == "no session is so\n"


def test_dates_are_local_and_include_their_day(data_dir: Path) -> None:
    days = ("--since", "2027-01-15", "--until", "2027-01-15")
    assert len(_session(data_dir, "list", "--json", *days).json()["sessions"]) == 2
    assert "no session" in _session(data_dir, "list", "--since", "2027-01-17").out


def test_named_sessions_are_one_stream_in_their_order(data_dir: Path) -> None:
    answer = _session(data_dir, "export", "b", "a")
    assert _sessions_in(answer) == ["b"] * 5 + ["a"] * 5


def test_sessions_that_are_searched_come_oldest_first(data_dir: Path) -> None:
    answer = _session(data_dir, "export", "--client", "C-17")
    assert _sessions_in(answer) == ["a"] * 5 + ["b"] * 5


def test_a_search_narrows_an_export_as_it_does_a_list(data_dir: Path) -> None:
    assert set(_sessions_in(_session(data_dir, "export", "--side", "right"))) == {"b"}


@pytest.mark.parametrize(("form", "lines"), [("jsonl", 10), ("json", 4), ("fhir", 2)])
def test_each_form_holds_them_all(data_dir: Path, tmp_path: Path, form: str, lines: int) -> None:
    out = tmp_path / "out"
    answer = _session(data_dir, "export", "a", "b", "--format", form, "--out", str(out))
    assert (answer.code, answer.out, answer.err) == (Exit.OK, "", f"written to {out}\n")
    text = out.read_text()
    assert len(text.splitlines()) == lines
    if form != "json":
        assert all(json.loads(line) for line in text.splitlines())


def test_parquet_goes_into_a_directory(data_dir: Path, tmp_path: Path) -> None:
    directory = tmp_path / "out"
    export = ("export", "a", "--format", "parquet")
    answer = _session(data_dir, *export, "--out", str(directory))
    assert answer.err == f"2 files written to {directory}\n"
    assert {path.name for path in directory.iterdir()} == {"a.parquet", "sessions.json"}
    refused = _session(data_dir, *export)
    assert (refused.code, "Name one with --out" in refused.err) == (Exit.USAGE, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), Exit.USAGE, "no session. Give an ID, or a search"),
        (("a", "--pen", "x"), Exit.USAGE, "Give ids or a search, not both"),
        (("c",), Exit.REFUSED, "there is no session c"),
        (("--pen", "x"), Exit.REFUSED, "no session is so"),
        (("--zone", "nose"), Exit.REFUSED, "is no zone of the leg"),
        (("--since", "soon"), Exit.USAGE, "--since soon: neither a date nor a time"),
        (("a", "--out", "/nowhere/out"), Exit.UNAVAILABLE, "/nowhere/out cannot be written"),
    ],
    ids=str,
)
def test_what_cannot_be_exported_is_said_in_a_line(
    data_dir: Path, arguments: tuple[str, ...], code: Exit, words: str
) -> None:
    answer = _session(data_dir, "export", *arguments)
    assert (answer.code, answer.out) == (code, "")
    assert words in answer.err
    assert len(answer.err.splitlines()) == 1


def test_samples_that_were_set_aside_are_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    story = Story(encoded=True)
    story.started("a")
    for number in range(200):
        story.samples(sample_block(20, first=20 * number))
    story.stopped("a")
    recorded = Recorded(tmp_path)
    recorded.tell(story)
    open_sessions(tmp_path)[0].close()
    with (tmp_path / JOURNAL_FILE).open("r+b") as file:
        file.seek(5 * PAGE_BYTES)
        file.write(b"\xff" * PAGE_BYTES)
    recorded.tell(Story())
    answer = _session(tmp_path, "export", "a")
    assert (answer.code, answer.out) == (Exit.REFUSED, "")
    assert "set aside. Bring them back with `needlelog recover`" in answer.err


def test_the_trail_is_written_as_csv(data_dir: Path) -> None:
    answer = call("--data-dir", data_dir, "audit", "export", "--session", "a")
    rows = list(csv.DictReader(io.StringIO(answer.out, newline="")))
    assert [row["kind"] for row in rows] == ["session.started", "session.stopped"]


def test_the_trail_can_be_json_lines_in_a_file(data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "trail.jsonl"
    form = ("--format", "jsonl", "--out", out, "--kind", "session.")
    answer = call("--data-dir", data_dir, "audit", "export", *form)
    assert answer.err == f"written to {out}\n"
    assert len(out.read_text().splitlines()) == 4


def test_an_export_of_a_process_of_its_own_is_the_same(data_dir: Path) -> None:
    answer = call_process("--data-dir", data_dir, "session", "export", "a", "--format", "jsonl")
    assert (answer.code, answer.err) == (Exit.OK, "")
    assert len(answer.out.splitlines()) == 5
