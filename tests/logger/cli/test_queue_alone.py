"""``needlelog queue list|retry|drop`` while no recorder runs."""

from pathlib import Path
from typing import Any

import pytest

from logger.cli.exits import Exit
from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from tests.support.command_line import Answer, call
from tests.support.queued import DELIVERED, ENTRIES, WORDS, journal_with_queues


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    journal_with_queues(tmp_path)
    return tmp_path


def queue(data_dir: Path, *arguments: str) -> Answer:
    return call("--data-dir", data_dir, "queue", *arguments)


def told(data_dir: Path, kind: str) -> list[Any]:
    with JournalReader(data_dir) as reader:
        found = list(reader.entries(kinds=[kind]))
    return [kinds.decode(one.kind, one.payload or b"") for one in found]


def numbers(data_dir: Path, sink: str = "mqtt") -> list[int]:
    with JournalReader(data_dir) as reader:
        return reader.quarantined_numbers(sink)


def test_list_shows_each_backlog_and_each_item_with_the_receivers_words(data_dir: Path) -> None:
    influx, *_ = queue(data_dir, "list").out.splitlines()
    mqtt, *items = queue(data_dir, "list", "mqtt").out.splitlines()
    assert influx == "sink influx: not running, up to date, delivered up to position 10"
    assert mqtt.startswith("sink mqtt: not running, 6 entries behind, oldest from ")
    assert items[0].startswith("  item 1 of position 2, refused ")
    assert items[0].endswith(WORDS)
    assert len(items) == 6


def test_list_as_json_holds_every_item_whole(data_dir: Path) -> None:
    (found,) = queue(data_dir, "list", "mqtt", "--json").json()["sinks"]
    assert (found["position"], found["depth"]) == (DELIVERED, ENTRIES - DELIVERED)
    assert found["state"] is None
    assert [one["item"] for one in found["items"]] == [1, 2, 3]
    assert len(found["items"][1]["text"]) > 3000


def test_list_shows_no_more_items_than_wished(data_dir: Path) -> None:
    lines = queue(data_dir, "list", "mqtt", "--limit", "1").out.splitlines()
    assert lines[-1] == "  and 2 more in quarantine"


def test_a_dropped_item_leaves_an_entry_with_who_and_why(data_dir: Path) -> None:
    answer = queue(data_dir, "drop", "mqtt", "2", "--reason", "never wanted")
    assert answer.out == "mqtt: 1 item(s) dropped\n"
    (entry,) = told(data_dir, "queue.dropped")
    assert (entry.items, entry.positions, entry.reason) == ((2,), (3,), "never wanted")
    with JournalReader(data_dir) as reader:
        last = reader.last()
        assert last is not None
        assert last.actor.startswith("uid:")
    assert numbers(data_dir) == [1, 3]
    assert verify(data_dir).problem == ""


def test_all_items_of_one_sink_are_dropped_and_no_others(data_dir: Path) -> None:
    queue(data_dir, "drop", "mqtt", "--all", "--reason", "moved")
    assert (numbers(data_dir), numbers(data_dir, "influx")) == ([], [4])


def test_dropping_all_again_is_no_second_entry(data_dir: Path) -> None:
    for _ in range(2):
        answer = queue(data_dir, "drop", "mqtt", "--all", "--reason", "moved", "--json")
    assert answer.json() == {"sink": "mqtt", "dropped": []}
    assert len(told(data_dir, "queue.dropped")) == 1


@pytest.mark.parametrize("item", ["4", "77"])
def test_an_item_that_is_not_there_is_refused_and_nothing_dropped(
    data_dir: Path, item: str
) -> None:
    answer = queue(data_dir, "drop", "mqtt", "1", item, "--reason", "x")
    assert answer.code == Exit.REFUSED
    assert answer.err == (
        f"error: nothing of sink mqtt lies in quarantine as {item}. "
        "`needlelog queue list mqtt` shows what does\n"
    )
    assert numbers(data_dir) == [1, 2, 3]


def test_the_number_of_a_dropped_item_is_never_given_again(data_dir: Path) -> None:
    queue(data_dir, "drop", "influx", "4", "--reason", "x")
    answer = queue(data_dir, "drop", "influx", "4", "--reason", "x")
    assert answer.code == Exit.REFUSED


def test_a_given_up_backlog_is_an_entry_with_its_range(data_dir: Path) -> None:
    answer = queue(data_dir, "drop", "mqtt", "--backlog", "--reason", "new broker", "--json")
    assert answer.json() == {"sink": "mqtt", "from_position": 5, "to_position": 10}
    (entry,) = told(data_dir, "queue.given_up")
    assert (entry.from_position, entry.to_position, entry.reason) == (5, 10, "new broker")
    with JournalReader(data_dir) as reader:
        assert reader.cursors()["mqtt"] == Cursor(10, 10)


def test_where_nothing_waits_nothing_is_given_up(data_dir: Path) -> None:
    answer = queue(data_dir, "drop", "influx", "--backlog", "--reason", "x")
    assert answer.out == "influx: there is no backlog\n"
    assert told(data_dir, "queue.given_up") == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("drop", "mqtt", "1", "--reason", " "), Exit.REFUSED, "no reason is given"),
        (("drop", "mqtt", "1"), Exit.USAGE, "Missing option '--reason'"),
        (("drop", "mqtt", "--reason", "x"), Exit.USAGE, "name either ITEMs or --all"),
        (("drop", "mqtt", "1", "--all", "--reason", "x"), Exit.USAGE, "name either ITEMs or"),
        (("drop", "mqtt", "1", "--backlog", "--reason", "x"), Exit.USAGE, "goes alone"),
        (("drop", "kafka", "--backlog", "--reason", "x"), Exit.REFUSED, "Known are: influx, mqtt"),
        (("list", "kafka"), Exit.REFUSED, "there is no sink 'kafka'"),
        (("retry", "mqtt", "1"), Exit.NOT_RUNNING, "no recorder is running"),
    ],
)
def test_what_cannot_be_done_is_refused(
    data_dir: Path, arguments: tuple[str, ...], code: Exit, words: str
) -> None:
    answer = queue(data_dir, *arguments)
    assert answer.code == code
    assert words in answer.err
