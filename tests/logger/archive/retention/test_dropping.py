"""What the record can spare goes after its time, if the clinic says so; a hold keeps it."""

import os
from pathlib import Path

import pytest

from logger.archive.retention.settings import RetentionSettings
from logger.archive.round import Round, run_round
from logger.cli.archive_ordering import ordering
from logger.journal import kinds
from logger.journal.damage import tell_damage
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.journal.recovering import recover_all
from logger.journal.verify_succession import verify_succession
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.retained import LATER_NS, Clinic

DAMAGED = "journal.set-aside-1.db"
DAY_NS = 86_400_000_000_000


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path)
    clinic.session("s-1", "C-1")
    clinic.session("s-2", "C-2")
    return clinic


def _round(clinic: Clinic, now_ns: int = LATER_NS, **days: int) -> Round:
    settings = RetentionSettings.model_validate(days)
    done = run_round(clinic.data_dir, ordering(clinic.data_dir), lambda: now_ns, settings)
    assert not done.failed, done.failed
    return done


def _refuse(clinic: Clinic) -> None:
    """Put an item of each session's first block and of its start in quarantine."""
    entries = [one for one in clinic.entries() if one.kind in (kinds.SAMPLES, "session.started")]
    items = [Quarantined("mqtt", one.position, b"refused", "too large") for one in entries]
    with Journal.open(clinic.data_dir, HostClock()) as journal:
        journal.append((), quarantined=items)


def _left(clinic: Clinic) -> list[int]:
    with JournalReader(clinic.data_dir) as reader:
        return [one.position for one in reader.quarantine()]


def _told(clinic: Clinic, kind: str) -> list[kinds.Payload]:
    return [
        kinds.decode(one.kind, one.payload or b"") for one in clinic.entries() if one.kind == kind
    ]


def _set_aside(clinic: Clinic) -> Path:
    tell_damage(clinic.data_dir, "as the test wishes")
    Journal.open(clinic.data_dir, HostClock()).close()
    return clinic.data_dir / DAMAGED


def test_by_default_nothing_of_it_goes(clinic: Clinic) -> None:
    _refuse(clinic)
    damaged = _set_aside(clinic)
    recover_all(clinic.data_dir)
    _refuse(clinic)
    before = _left(clinic)
    assert _round(clinic).dropped == 0
    assert _left(clinic) == before
    assert damaged.stat().st_size


def test_refused_items_go_after_their_time_and_an_entry_says_so(clinic: Clinic) -> None:
    _refuse(clinic)
    refused = _left(clinic)
    assert _round(clinic, quarantine_days=30).dropped == len(refused)
    assert _left(clinic) == []
    (told,) = _told(clinic, "queue.dropped")
    assert isinstance(told, kinds.QueueDropped)
    assert list(told.positions) == refused
    assert "retention.quarantine_days" in told.reason


def test_refused_items_stay_until_then(clinic: Clinic) -> None:
    _refuse(clinic)
    with JournalReader(clinic.data_dir) as reader:
        refused_ns = next(iter(reader.quarantine())).time_ns
    assert _round(clinic, refused_ns + 29 * DAY_NS, quarantine_days=30).dropped == 0


def test_refused_items_of_a_held_session_stay(clinic: Clinic) -> None:
    _refuse(clinic)
    hold = clinic.hold(client="C-1")
    _round(clinic, quarantine_days=30)
    entries = {one.position: one for one in clinic.entries()}
    assert len(_left(clinic)) == 4
    assert [entries[one].kind for one in _left(clinic)].count(kinds.SAMPLES) == 3
    clinic.lift(hold)
    _round(clinic, quarantine_days=30)
    assert _left(clinic) == []


def test_a_damaged_file_of_which_all_is_recovered_is_emptied_once(clinic: Clinic) -> None:
    damaged = _set_aside(clinic)
    recover_all(clinic.data_dir)
    before = clinic.entries()
    size = damaged.stat().st_size
    assert _round(clinic, damaged_days=30).dropped == 1
    assert _round(clinic, damaged_days=30).dropped == 0
    assert damaged.stat().st_size == 0
    (told,) = _told(clinic, "damaged.emptied")
    recovered = "journal.set-aside-1.recovered.db"
    assert told == kinds.DamagedEmptied(file=DAMAGED, recovered=recovered, bytes=size)
    assert clinic.entries()[: len(before)] == before
    assert verify_succession(clinic.data_dir).good


def test_one_that_was_pruned_before_is_whole_too(clinic: Clinic) -> None:
    _round(clinic)
    assert clinic.payloads_left() == 1
    damaged = _set_aside(clinic)
    recover_all(clinic.data_dir)
    assert _round(clinic, damaged_days=30).dropped == 1
    assert damaged.stat().st_size == 0


def test_one_that_is_not_recovered_stays(clinic: Clinic) -> None:
    damaged = _set_aside(clinic)
    assert _round(clinic, damaged_days=30).dropped == 0
    assert damaged.stat().st_size


def test_one_of_which_something_is_missing_stays(clinic: Clinic) -> None:
    damaged = _set_aside(clinic)
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    (recovered,) = recover_all(clinic.data_dir)
    assert recovered.missing
    _round(clinic, damaged_days=30)
    assert damaged.stat().st_size


def test_one_that_was_recovered_lately_stays(clinic: Clinic) -> None:
    damaged = _set_aside(clinic)
    recover_all(clinic.data_dir)
    os.utime(clinic.data_dir / "journal.set-aside-1.recovered.db", ns=(LATER_NS, LATER_NS))
    assert _round(clinic, damaged_days=30).dropped == 0
    assert damaged.stat().st_size


def test_while_anything_is_held_no_damaged_file_is_emptied(clinic: Clinic) -> None:
    damaged = _set_aside(clinic)
    recover_all(clinic.data_dir)
    clinic.hold(session="s-2")
    assert _round(clinic, damaged_days=30).dropped == 0
    assert damaged.stat().st_size
