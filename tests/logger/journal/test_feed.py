"""Following the journal: from memory if new, from the file if not."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.model import SampleBlock
from logger.journal.blocks import encode_block
from logger.journal.entry import Draft
from logger.journal.feed import Feed
from logger.journal.reader import JournalReader
from logger.journal.tail import Tail
from logger.journal.writer import Journal

_LONG_S = 30.0


@pytest.fixture
def feed(journal: Journal, data_dir: Path) -> Iterator[Feed]:
    with JournalReader(data_dir) as reader:
        yield Feed(reader, Tail(3, 1_000_000), journal.last_position)


def test_new_entries_come_with_their_blocks(
    feed: Feed, journal: Journal, block: SampleBlock
) -> None:
    feed.publish(journal.append([Draft("samples", "NP", "service", encode_block(block), block)]))

    assert feed.read(1, 10)[0].block is block


def test_old_entries_come_from_the_file(
    feed: Feed, journal: Journal, note: Callable[..., Draft]
) -> None:
    appended = journal.append([note(str(i)) for i in range(6)])
    feed.publish(appended)

    assert feed.read(1, 3) == appended[:3]
    assert [entry.position for entry in feed.read(0, 10)] == [1, 2, 3, 4, 5, 6, 7]


def test_what_was_not_published_is_not_served(
    feed: Feed, journal: Journal, note: Callable[..., Draft]
) -> None:
    journal.append([note()])

    assert [entry.position for entry in feed.read(0, 10)] == [1]
    assert feed.read(1, 10) == []
    assert feed.last_position == 1


async def test_who_waits_is_woken_by_a_commit(
    feed: Feed, journal: Journal, note: Callable[..., Draft]
) -> None:
    waiting = [asyncio.create_task(feed.wait_beyond(1, _LONG_S)) for _ in range(3)]
    await asyncio.sleep(0)
    feed.publish(journal.append([note()]))

    assert await asyncio.gather(*waiting) == [True, True, True]


async def test_who_waits_for_more_than_one_commit_waits_on(
    feed: Feed, journal: Journal, note: Callable[..., Draft]
) -> None:
    waiting = asyncio.create_task(feed.wait_beyond(2, _LONG_S))
    await asyncio.sleep(0)
    feed.publish(journal.append([note()]))
    await asyncio.sleep(0)
    assert not waiting.done()
    feed.publish(journal.append([note()]))

    assert await waiting


async def test_what_is_there_already_is_not_waited_for(feed: Feed) -> None:
    assert await feed.wait_beyond(0, 0.0)


async def test_waiting_ends_at_its_time(feed: Feed) -> None:
    assert not await feed.wait_beyond(1, 0.01)
