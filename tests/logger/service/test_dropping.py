"""A running recorder drops refused items and tells of emptied files, ordered over its socket."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from logger.archive.retention import orders
from logger.command_socket import send_order
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.damage import tell_damage
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.journal.recovering import recover_all
from logger.journal.verify_succession import verify_succession
from logger.journal.writer import Journal
from tests.support.recorder_process import RecorderProcess, settings_text
from tests.support.retained import BOSS, Clinic
from tests.support.stories import host_time

SINK = "mqtt"
DAMAGED, RECOVERED = "journal.set-aside-1.db", "journal.set-aside-1.recovered.db"
LONG_AGO_NS = time.time_ns() - 40 * 86_400_000_000_000
SOON = "[archive]\nsettle_s = 0.2\nniceness = 0"
_TELL = orders.EmptyDamaged(file=DAMAGED, recovered=RECOVERED, bytes=4096)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A record that went on after its file was damaged; refused items lie in it for 40 days."""
    clinic = Clinic(tmp_path / "data")
    clinic.data_dir.mkdir()
    clinic.session("s-1", "C-1")
    tell_damage(clinic.data_dir, "as the test wishes")
    with Journal.open(clinic.data_dir, lambda: host_time(LONG_AGO_NS)) as journal:
        journal.append((), quarantined=[Quarantined(SINK, 1, b"refused", "too large")] * 3)
    recover_all(clinic.data_dir)
    os.utime(clinic.data_dir / RECOVERED, ns=(LONG_AGO_NS, LONG_AGO_NS))
    return clinic.data_dir


@pytest.fixture
def recorder(data_dir: Path) -> Iterator[RecorderProcess]:
    with RecorderProcess(data_dir.parent, settings_text([])) as recorder:
        yield recorder


def _order(recorder: RecorderProcess, name: str, order: msgspec.Struct) -> Any:
    return send_order(recorder.data_dir, name, msgspec.to_builtins(order))


def _refused(recorder: RecorderProcess) -> list[Quarantined]:
    with JournalReader(recorder.data_dir) as reader:
        return reader.quarantine()


def _drop(items: list[Quarantined]) -> orders.DropRefused:
    return orders.DropRefused(
        sink=SINK, items=tuple(one.number for one in items), reason="refused long ago"
    )


def test_refused_items_are_dropped_with_an_entry_that_says_why(recorder: RecorderProcess) -> None:
    first, *others = _refused(recorder)
    assert _order(recorder, orders.DROP_REFUSED, _drop(others)) == {"dropped": 2}
    assert [one.number for one in _refused(recorder)] == [first.number]
    (entry,) = recorder.entries("queue.dropped")
    assert entry.actor == f"uid:{os.getuid()}"
    (told,) = recorder.payloads("queue.dropped")
    assert (told.sink, told.reason) == (SINK, "refused long ago")


def test_items_that_are_gone_already_are_told_of_once(recorder: RecorderProcess) -> None:
    asked = _drop(_refused(recorder))
    assert _order(recorder, orders.DROP_REFUSED, asked) == {"dropped": 3}
    assert _order(recorder, orders.DROP_REFUSED, asked) == {"dropped": 0}
    assert len(recorder.entries("queue.dropped")) == 1


def test_a_damaged_file_that_is_emptied_is_told_of(recorder: RecorderProcess) -> None:
    done = _order(recorder, orders.EMPTY_DAMAGED, _TELL)
    assert done["done"] == ["damaged.emptied"]
    told = kinds.DamagedEmptied(file=DAMAGED, recovered=RECOVERED, bytes=4096)
    assert recorder.payloads("damaged.emptied") == [told]
    (entry,) = recorder.entries("damaged.emptied")
    assert entry.position == done["position"]


def test_while_anything_is_held_no_file_may_be_emptied(recorder: RecorderProcess) -> None:
    hold = orders.SetHold(client="C-1", reason="claim 4711", by=BOSS)
    _order(recorder, orders.SET_HOLD, hold)
    with pytest.raises(CommandRefused, match="may hold what is held"):
        _order(recorder, orders.EMPTY_DAMAGED, _TELL)
    assert recorder.entries("damaged.emptied") == []


def test_the_recorders_own_child_does_both_where_the_clinic_says_so(data_dir: Path) -> None:
    days = "[retention]\nquarantine_days = 30\ndamaged_days = 30"
    with RecorderProcess(data_dir.parent, settings_text([], SOON, days)) as recorder:
        recorder.until(lambda: recorder.ask().archive.dropped == 4, "three items and a file")
        assert _refused(recorder) == []
        assert (data_dir / DAMAGED).stat().st_size == 0
        (told,) = recorder.payloads("damaged.emptied")
        assert told.bytes > 0
        recorder.stop()
    assert verify_succession(data_dir).good
