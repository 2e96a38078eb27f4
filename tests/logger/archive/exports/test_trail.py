"""The trail: every entry beside samples, with who, when and what was before."""

import csv
import hashlib
import io
import json
from datetime import timedelta, timezone
from typing import Any

import pytest

from logger.archive.exports.trail import (
    COLUMNS,
    TrailFilter,
    trail,
    trail_csv,
    trail_json_lines,
)
from logger.journal.kinds import SessionAmended, SessionNote, SessionSplit
from logger.journal.reader import JournalReader
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, PEN, SESSION, Story, sample_block

_ZONE = timezone(timedelta(hours=1))


def _story() -> Story:
    story = Story(encoded=True)
    story.identified()
    story.started()
    story.samples(sample_block(3))
    story.append(SessionNote(session=SESSION, text='said "well"\nand left', nonce="0"), actor="u2")
    story.stopped()
    story.append(
        SessionAmended(
            session=SESSION,
            what="client",
            former="C-17",
            now="C-18",
            reason="mistyped",
            nonce="1",
            account="anna",
        )
    )
    return story


def _lines(recorded: Recorded, **asked: Any) -> list[dict[str, Any]]:
    with JournalReader(recorded.data_dir) as reader:
        return [dict(line) for line in trail(reader, TrailFilter(**asked), _ZONE)]


def _kinds(recorded: Recorded, **asked: Any) -> list[str]:
    return [line["kind"] for line in _lines(recorded, **asked)]


def test_every_entry_is_there_but_samples(recorded: Recorded) -> None:
    recorded.tell(_story())
    assert _kinds(recorded) == [
        "journal.opened",
        "pen.identified",
        "session.started",
        "session.note",
        "session.stopped",
        "session.amended",
    ]


def test_an_amendment_tells_who_when_why_and_what_was_before(recorded: Recorded) -> None:
    recorded.tell(_story())
    line = _lines(recorded)[-1]
    assert set(line) == set(COLUMNS)
    told = ("actor", "account", "what", "former", "now", "reason", "session", "pen", "position")
    assert {name: line[name] for name in told} == {
        "actor": "uid:1000",
        "account": "anna",
        "what": "client",
        "former": "C-17",
        "now": "C-18",
        "reason": "mistyped",
        "session": SESSION,
        "pen": PEN,
        "position": 7,
    }
    assert line["time_unix_ns"] == EPOCH_NS
    assert line["time_utc"] == "2027-01-15T08:00:00.000000000Z"
    assert line["time_local"] == "2027-01-15T09:00:00.000000000+01:00"


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({"actor": "anna"}, ["session.amended"]),
        ({"actor": "u2"}, ["session.note"]),
        ({"kind": "session.note"}, ["session.note"]),
        ({"kind": "pen."}, ["pen.identified"]),
        ({"kind": "nothing.like.it"}, []),
        ({"session": "another"}, []),
        ({"pen": "another"}, []),
        ({"since_unix_ns": EPOCH_NS + 1}, []),
        ({"until_unix_ns": EPOCH_NS}, []),
        ({"until_unix_ns": EPOCH_NS + 1, "kind": "pen."}, ["pen.identified"]),
    ],
    ids=str,
)
def test_the_trail_can_be_asked_for_a_part(
    recorded: Recorded, asked: dict[str, Any], kinds: list[str]
) -> None:
    recorded.tell(_story())
    assert _kinds(recorded, **asked) == kinds


def test_a_session_is_found_where_another_was_split_into_it(recorded: Recorded) -> None:
    story = _story()
    story.append(
        SessionSplit(
            session=SESSION,
            into="other",
            at_position=4,
            at_unix_ns=EPOCH_NS,
            client="C-17",
            practitioner="dr.b",
            reason="two clients",
            nonce="2",
        )
    )
    recorded.tell(story)
    assert _kinds(recorded, session="other") == ["session.split"]


def test_csv_has_the_exact_payload_of_every_hash(recorded: Recorded) -> None:
    recorded.tell(_story())
    text = "".join(trail_csv(_lines(recorded)))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 6
    assert "\r\n" in text
    for row in rows:
        assert hashlib.sha256(row["payload"].encode()).hexdigest() == row["payload_sha256"]


def test_json_lines_have_the_payload_as_json(recorded: Recorded) -> None:
    recorded.tell(_story())
    lines = [json.loads(line) for line in trail_json_lines(_lines(recorded))]
    assert lines[-1]["payload"]["now"] == "C-18"
    assert lines[3]["payload"]["text"].startswith("said")


def test_what_was_erased_leaves_its_line_and_its_hash(recorded: Recorded) -> None:
    line = {**dict.fromkeys(COLUMNS, ""), "payload": None, "payload_sha256": "ab"}
    (told,) = map(json.loads, trail_json_lines([line]))
    assert (told["payload"], told["payload_sha256"]) == (None, "ab")
    assert "".join(trail_csv([line])).splitlines()[1] == ",,,,,,,,,,,,,,ab,"
