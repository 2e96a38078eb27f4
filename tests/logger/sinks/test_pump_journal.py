"""A pump over a real journal file: backlog from the file, news from memory, cursor kept."""

import asyncio
import random
from pathlib import Path

from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.feed import Feed
from logger.journal.reader import JournalReader
from logger.journal.tail import Tail
from logger.journal.writer import Journal
from logger.sinks.pump import Pump
from tests.support.delivery import PATIENCE_S, clock
from tests.support.journaled import sample_block, session_started
from tests.support.sinks import MemorySink


def samples(first: int) -> Draft:
    block = sample_block("NP-1", first, 20)
    return Draft(kinds.SAMPLES, "NP-1", "service", encode_block(block), block)


async def run_until(pump: Pump, position: int) -> None:
    task = asyncio.create_task(pump.run())
    async with asyncio.timeout(PATIENCE_S):
        while pump.cursor.position < position:  # noqa: ASYNC110 - a pump's state is polled
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def pump_over(feed: Feed, reader: JournalReader, sink: MemorySink, cursor: Cursor | None) -> Pump:
    return Pump(
        sink,
        feed,
        lambda after, upto: reader.entries(after, kinds=kinds.SESSION_KINDS, to=upto),
        lambda items: None,
        cursor=cursor,
        clock=clock,
        rng=random.Random(1),
    )


async def test_a_backlog_in_the_file_is_delivered_with_its_sessions_and_the_cursor_kept(
    tmp_path: Path,
) -> None:
    sink = MemorySink()
    start = Draft("session.started", "NP-1", "service", kinds.encode(session_started()))
    with Journal.open(tmp_path, clock) as journal:
        journal.append([samples(0), start, samples(20)])
        with JournalReader(tmp_path) as feeds, JournalReader(tmp_path) as pumps:
            feed = Feed(feeds, Tail(100, 1_000_000), journal.last_position)
            pump = pump_over(feed, pumps, sink, Cursor(0, 0))
            feed.publish(journal.append([samples(40)]))
            await run_until(pump, journal.last_position)
            journal.append([], {pump.name: pump.cursor})
            assert pumps.cursors()["memory"] == pump.cursor
    blocks = [item.block for item in sink.delivered if item.block is not None]
    assert [int(block.sequence[0]) for block in blocks] == [0, 20, 40]
    sessions = [item.assignment for item in sink.delivered if item.block is not None]
    assert [label.session if label else None for label in sessions] == [
        None,
        "20261122-abcd",
        "20261122-abcd",
    ]
