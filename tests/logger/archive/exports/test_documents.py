"""Sessions as one JSON object, and as Parquet files beside it."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from logger.archive.exports.documents import FORM, json_texts
from logger.archive.exports.parquet import RECORDS, write_parquet
from logger.archive.exports.source import Source
from logger.archive.places import Subject
from logger.archive.samples_reading import read_blocks
from logger.journal.kinds import SealMade
from logger.journal.reader import JournalReader
from logger.session.store import load_sessions
from tests.support.recorded import Recorded
from tests.support.stories import PEN, Story, sample_block


def _story(*names: str) -> Story:
    story = Story(encoded=True)
    story.identified()
    for number, name in enumerate(names):
        story.started(name)
        story.samples(sample_block(10, first=number * 10))
        story.stopped(name)
    return story


def _documents(recorded: Recorded, names: Sequence[str]) -> dict[str, Any]:
    with load_sessions(recorded.data_dir) as sessions, JournalReader(recorded.data_dir) as reader:
        found = [one for name in names if (one := sessions.session(name)) is not None]
        told: dict[str, Any] = json.loads("".join(json_texts(Source(reader), found)))
    return told


def _files(recorded: Recorded, names: Sequence[str], directory: Path) -> int:
    with load_sessions(recorded.data_dir) as sessions, JournalReader(recorded.data_dir) as reader:
        found = [one for name in names if (one := sessions.session(name)) is not None]
        return write_parquet(Source(reader), found, recorded.data_dir, directory)


def test_one_session_or_many_have_the_same_form(recorded: Recorded) -> None:
    recorded.tell(_story("a", "b"))
    for names in ([], ["a"], ["a", "b"]):
        told = _documents(recorded, names)
        assert told["form"] == FORM
        assert [one["id"] for one in told["sessions"]] == names


def test_a_session_has_its_clocks_and_codes(recorded: Recorded) -> None:
    recorded.tell(_story("a"))
    (session,) = _documents(recorded, ["a"])["sessions"]
    assert session["segments"][0]["body_site"] == {
        "snomed_ct": ["61248009", "61396006"],
        "text": "left anterior thigh",
    }
    assert session["clocks"]["steps"] == 0
    assert session["seal"] is None


def test_parquet_has_a_file_a_session_and_the_records(recorded: Recorded, tmp_path: Path) -> None:
    recorded.tell(_story("a", "b"))
    directory = tmp_path / "out"
    assert _files(recorded, ["a", "b"], directory) == 3
    assert pq.read_table(directory / "b.parquet").column("sequence").to_pylist() == [*range(10, 20)]
    records = json.loads((directory / RECORDS).read_text())
    assert [one["id"] for one in records["sessions"]] == ["a", "b"]


def test_a_session_without_samples_has_no_file_of_its_own(
    recorded: Recorded, tmp_path: Path
) -> None:
    story = Story()
    story.started("a")
    story.stopped("a")
    recorded.tell(story)
    assert _files(recorded, ["a"], tmp_path / "out") == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == [RECORDS]


def _sealed(recorded: Recorded, content: bytes, digest: str) -> None:
    """Seal session ``a`` with a file of ``content``, and vouch for ``digest``."""
    directory = Subject("session", "a", PEN).directory(recorded.data_dir)
    directory.mkdir(parents=True)
    (directory / "samples-1.parquet").write_bytes(content)
    seal = SealMade(
        subject="session",
        name="a",
        revision=1,
        manifest_sha256="00" * 32,
        leaf_hash="00" * 32,
        files={"samples-1.parquet": digest},
        samples=10,
        from_position=1,
        to_position=100,
    )
    story = Story()
    story.append(seal, stream="")
    recorded.tell(story)


def test_a_sealed_file_is_given_as_it_is(recorded: Recorded, tmp_path: Path) -> None:
    recorded.tell(_story("a"))
    _sealed(recorded, b"as it was sealed", sha256(b"as it was sealed").hexdigest())
    _files(recorded, ["a"], tmp_path / "out")
    assert (tmp_path / "out" / "a.parquet").read_bytes() == b"as it was sealed"


def test_a_sealed_file_that_is_not_what_was_sealed_is_not_given(
    recorded: Recorded, tmp_path: Path
) -> None:
    recorded.tell(_story("a"))
    _sealed(recorded, b"as it is now", sha256(b"as it was sealed").hexdigest())
    _files(recorded, ["a"], tmp_path / "out")
    blocks = [block for _, block in read_blocks(tmp_path / "out" / "a.parquet")]
    assert [len(block) for block in blocks] == [10]
