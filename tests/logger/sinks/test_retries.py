"""What a person orders of a pump: to try refused items again, or to go on elsewhere."""

import asyncio

import pytest

from logger.errors import SinkUnavailable
from logger.journal.cursor import Cursor
from logger.journal.quarantine import Quarantined
from tests.support.delivery import Delivery
from tests.support.journaled import ListJournal
from tests.support.sinks import MemorySink

ITEMS = [Quarantined("memory", position, b"item", "no good", position) for position in (1, 2)]


def journal_of(entries: int) -> ListJournal:
    journal = ListJournal()
    for _ in range(entries):
        journal.append_samples()
    return journal


async def test_items_are_offered_on_the_pumps_own_connection() -> None:
    sink = MemorySink()
    sink.refusing = {2}
    delivery = Delivery(journal_of(3), sink)
    async with delivery.running():
        refused = await delivery.pump.retries.ask(ITEMS)
    assert [item.number for item in refused] == [2]
    assert sink.connections == 1


async def test_while_a_sink_is_down_nothing_is_offered_and_its_words_are_told() -> None:
    sink = MemorySink()
    sink.reachable = False
    delivery = Delivery(journal_of(3), sink)
    async with delivery.running():
        await delivery.state("down")
        with pytest.raises(SinkUnavailable, match="nobody listens"):
            await delivery.pump.retries.ask(ITEMS)


@pytest.mark.parametrize("failure", [SinkUnavailable("gone"), RuntimeError("a bug")])
async def test_a_sink_that_fails_at_it_leaves_nobody_waiting(failure: Exception) -> None:
    sink = MemorySink()
    delivery = Delivery(journal_of(0), sink)
    async with delivery.running():
        await delivery.state("idle")
        sink.failures = [failure]
        async with asyncio.timeout(10):
            with pytest.raises(SinkUnavailable, match=r"gone|RuntimeError"):
                await delivery.pump.retries.ask(ITEMS)
            assert await delivery_once_more(delivery) == []


async def delivery_once_more(delivery: Delivery) -> list[Quarantined]:
    """Return what is refused when the items are offered as soon as the sink is back."""
    await delivery.state("idle")
    return list(await delivery.pump.retries.ask(ITEMS))


async def test_what_is_given_up_is_not_delivered_and_what_comes_later_is() -> None:
    sink = MemorySink()
    sink.reachable = False
    delivery = Delivery(journal_of(5), sink)
    async with delivery.running():
        await delivery.state("down")
        delivery.pump.go_on_after(5)
        assert delivery.pump.cursor == Cursor(5, 5)
        sink.reachable = True
        delivery.journal.append_samples()
        await delivery.delivered()
    assert sink.positions == [6]


async def test_what_lies_in_quarantine_already_is_not_put_there_again() -> None:
    sink = MemorySink()
    sink.refusing = {2, 3}
    known = [Quarantined("memory", 2, b"item", "no good", number=1)]
    delivery = Delivery(journal_of(4), sink, refused=known)
    async with delivery.running():
        await delivery.delivered()
    assert [item.position for item in delivery.quarantined] == [3]
