import csv
import io
import json
from datetime import timedelta, timezone
from typing import Any

import pytest

from logger.archive.exports.sample_columns import COLUMNS
from logger.archive.exports.samples_text import csv_texts, json_lines
from logger.archive.exports.source import Source
from logger.journal.kinds import SessionLapsed, SessionPaused, SessionResumed
from logger.journal.reader import JournalReader
from logger.session.store import load_sessions
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, PEN, SESSION, Story, sample_block

_WRITERS = {"csv": csv_texts, "jsonl": json_lines}
_ZONE = timezone(timedelta(hours=1))


def _story() -> Story:
    story = Story()
    story.identified()
    story.samples(sample_block(2))
    story.started()
    story.samples(sample_block(2, first=2, depth_um=[1478, 1500], measured_um=[1481, 0xFFFF]))
    return story


def _exported(recorded: Recorded, story: Story, form: str) -> str:
    recorded.tell(story)
    session = load_sessions(recorded.data_dir).session(SESSION)
    assert session is not None
    with JournalReader(recorded.data_dir) as reader:
        return "".join(_WRITERS[form](Source(reader), [session], _ZONE))


def _rows(recorded: Recorded, story: Story) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _exported(recorded, story, "jsonl").splitlines()]


def test_a_row_has_the_sample_exactly_as_the_journal_has_it(recorded: Recorded) -> None:
    row = _rows(recorded, _story())[0]
    assert list(row) == list(COLUMNS)
    assert row == {
        "time_utc": "2027-01-15T08:00:00.020000000Z",
        "time_local": "2027-01-15T09:00:00.020000000+01:00",
        "time_unix_ns": EPOCH_NS + 20_000_000,
        "clock_synchronised": True,
        "anchor": 0,
        "corrected_time_utc": None,
        "corrected_time_unix_ns": None,
        "corrected_by_position": None,
        "pen": PEN,
        "simulated": False,
        "session": SESSION,
        "side": "left",
        "zone": "anterior-thigh",
        "paused": False,
        # Position 1 is the journal's own first entry.
        "position": 5,
        "boot_id": 1,
        "sequence": 2,
        "device_us": 20_000,
        "depth_set_mm": 1.478,
        "depth_measured_mm": 1.481,
        "rate_hz": 100.0,
        "rate_set_hz": None,
        "motor_current_ma": None,
        "battery_pct": None,
        "motor_temperature_c": None,
        "motor_on": True,
        "contact": True,
        "contact_sensed": True,
        "cartridge_seated": None,
        "fault": None,
    }


def test_csv_has_the_same_rows_with_empty_fields_for_what_is_not_known(recorded: Recorded) -> None:
    text = _exported(recorded, _story(), "csv")
    assert text.count("\r\n") == 3
    header, first, second = csv.reader(io.StringIO(text, newline=""))
    assert tuple(header) == COLUMNS
    named = dict(zip(header, second, strict=True))
    assert (named["depth_set_mm"], named["depth_measured_mm"]) == ("1.5", "")
    assert (named["motor_on"], named["fault"], named["simulated"]) == ("1", "", "0")
    assert dict(zip(header, first, strict=True))["depth_set_mm"] == "1.478"


def test_paused_samples_have_no_zone(recorded: Recorded) -> None:
    story = _story()
    story.append(SessionPaused(session=SESSION))
    story.samples(sample_block(1, first=4))
    story.append(SessionResumed(session=SESSION))
    story.samples(sample_block(1, first=5))
    story.stopped()
    rows = _rows(recorded, story)
    assert [(row["sequence"], row["paused"], row["zone"]) for row in rows] == [
        (2, False, "anterior-thigh"),
        (3, False, "anterior-thigh"),
        (4, True, None),
        (5, False, "anterior-thigh"),
    ]


@pytest.mark.parametrize(("adopted", "sequences"), [(True, [2, 3, 4, 5]), (False, [2, 3, 5])])
def test_a_lapse_is_exported_if_it_was_adopted(
    recorded: Recorded, adopted: bool, sequences: list[int]
) -> None:
    story = _story()
    story.append(SessionLapsed(session=SESSION, after_s=700))
    story.samples(sample_block(1, first=4))
    # Its position in the journal is one more: the journal's own first entry comes before.
    at = story.position + 1 if adopted else None
    story.append(SessionResumed(session=SESSION, adopted_from=at, adopted_to=at))
    story.samples(sample_block(1, first=5))
    story.stopped()
    story.samples(sample_block(1, first=6))
    assert [row["sequence"] for row in _rows(recorded, story)] == sequences


@pytest.mark.parametrize("form", list(_WRITERS))
def test_an_empty_session_is_exported_too(recorded: Recorded, form: str) -> None:
    story = Story()
    story.started()
    story.stopped()
    assert len(_exported(recorded, story, form).splitlines()) == (1 if form == "csv" else 0)
