"""Drops from a queue while no recorder runs: by whoever holds the instance lock."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from logger.cli.invocation import Invocation
from logger.cli.ordering import actor
from logger.errors import CommandRefused
from logger.journal.cursor import Cursor
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.service import queue_rules as rules


def drop_alone(invocation: Invocation, sink: str, items: list[int], reason: str) -> dict[str, Any]:
    """Drop quarantined items; return what the recorder would."""
    with _held(invocation) as (journal, reader):
        found = rules.asked_items(reader, sink, items)
        told = rules.dropped(found, reason)
        journal.append([rules.draft(told, actor())], released=found)
    return {"sink": sink, "dropped": list(told.items)}


def give_up_alone(invocation: Invocation, sink: str, reason: str) -> dict[str, Any]:
    """Give up what ``sink`` has not got yet; return what the recorder would."""
    with _held(invocation) as (journal, reader):
        cursor = reader.cursors().get(sink)
        if cursor is None:
            names = ", ".join(reader.cursors()) or "none"
            raise CommandRefused(f"nothing was ever delivered to {sink!r}", f"Known are: {names}")
        last = journal.last_position
        told = rules.given_up(sink, cursor.position, last, reason)
        if told is not None:
            journal.append([rules.draft(told, actor())], {sink: Cursor(last, last)})
    return rules.answer_given_up(sink, told)


@contextmanager
def _held(invocation: Invocation) -> Iterator[tuple[Journal, JournalReader]]:
    data_dir = invocation.data_dir
    with Journal.open(data_dir, HostClock()) as journal, JournalReader(data_dir) as reader:
        yield journal, reader


ALONE: Mapping[str, Callable[..., dict[str, Any]]] = {
    "queue.drop": drop_alone,
    "queue.give_up": give_up_alone,
}
"""What can be done without a recorder, by order."""
