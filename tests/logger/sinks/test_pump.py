"""One pump: in order, at least once, and never in anybody's way."""

import asyncio

import pytest

from logger.errors import JournalError, SinkUnavailable
from logger.journal.cursor import Cursor
from logger.journal.entry import Entry
from tests.support.delivery import Delivery
from tests.support.journaled import ListJournal
from tests.support.sinks import MemorySink


def journal_of(blocks: int) -> ListJournal:
    journal = ListJournal()
    for _ in range(blocks):
        journal.append_samples()
    return journal


async def test_delivers_everything_after_the_cursor_in_order() -> None:
    sink, journal = MemorySink(), journal_of(25)
    delivery = Delivery(journal, sink, cursor=Cursor(3, 3))
    async with delivery.running():
        await delivery.delivered()
        journal.append_samples()
        await delivery.delivered()
    assert sink.positions == list(range(4, 27))


async def test_the_first_start_begins_with_what_comes_from_now_on() -> None:
    sink, journal = MemorySink(), journal_of(5)
    delivery = Delivery(journal, sink, cursor=None)
    async with delivery.running():
        journal.append_samples()
        await delivery.delivered()
    assert sink.positions == [6]


async def test_a_batch_holds_no_more_entries_than_the_sink_takes() -> None:
    sink, journal = MemorySink(max_entries=7), journal_of(20)
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
    assert [len(batch) for batch in sink.batches] == [7, 7, 6]


async def test_a_batch_stops_growing_once_it_has_enough_samples() -> None:
    sink, journal = MemorySink(max_entries=100, max_rows=100), ListJournal()
    for _ in range(64):
        journal.append_samples(rows=50)
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
    assert max(len(batch) for batch in sink.batches[1:]) == 2


async def test_a_batch_that_is_full_does_not_wait_for_its_time() -> None:
    sink, journal = MemorySink(max_entries=3), journal_of(1)
    sink.linger_s = 3600.0
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
        for _ in range(3):
            journal.append_samples()
        await delivery.delivered()
    assert [len(batch) for batch in sink.batches] == [1, 3]


async def test_a_batch_that_is_not_full_waits_for_its_time() -> None:
    sink, journal = MemorySink(max_entries=3), journal_of(1)
    sink.linger_s = 0.2
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
        journal.append_samples()
        await asyncio.sleep(0)
        journal.append_samples()
        await delivery.delivered()
    assert [len(batch) for batch in sink.batches] == [1, 2]


async def test_a_sink_that_is_down_at_boot_gets_everything_once_it_is_up() -> None:
    sink, journal = MemorySink(), journal_of(5)
    sink.reachable = False
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.state("down")
        sink.reachable = True
        await delivery.delivered()
    assert sink.positions == [1, 2, 3, 4, 5]


async def test_a_new_connection_starts_again_behind_the_safe_position() -> None:
    sink, journal = MemorySink(max_entries=4), journal_of(8)
    delivery = Delivery(journal, sink, cursor=Cursor(6, 2))
    async with delivery.running():
        await delivery.delivered()
        sink.failures.append(SinkUnavailable("gone"))
        journal.append_samples()
        await delivery.delivered()
    assert sink.positions == [3, 4, 5, 6, 7, 8, 3, 4, 5, 6, 7, 8, 9]


async def test_a_connection_renewed_by_the_receiver_is_rewound_once() -> None:
    sink, journal = MemorySink(max_entries=4), journal_of(8)
    sink.renewals = [False, True, True, True, True, True]
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
    assert sink.positions == [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_replay_offers_everything_after_its_position_again() -> None:
    sink, journal = MemorySink(), journal_of(5)
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
        delivery.pump.go_on_after(2)
        assert delivery.pump.cursor == Cursor(2, 2)
        await delivery.delivered()
    assert sink.positions == [1, 2, 3, 4, 5, 3, 4, 5]


async def test_a_failing_journal_ends_the_pump() -> None:
    class Broken(ListJournal):
        def read(self, after: int, limit: int) -> list[Entry]:
            raise JournalError("unreadable")

    journal = Broken()
    journal.append_samples()
    sink = MemorySink()
    delivery = Delivery(journal, sink)
    with pytest.raises(JournalError, match="unreadable"):
        async with delivery.running() as task:
            await asyncio.wait([task])
    assert sink.goodbyes == [True]


async def test_a_fault_in_the_sink_itself_is_survived_and_said() -> None:
    sink, journal = MemorySink(), journal_of(2)
    sink.failures.append(ZeroDivisionError())
    delivery = Delivery(journal, sink, patience=0.2)
    async with delivery.running():
        await delivery.state("down")
        assert "ZeroDivisionError" in delivery.pump.status().error
        await delivery.delivered()
    assert sink.positions == [1, 2]


async def test_refused_items_are_quarantined_and_the_rest_goes_on() -> None:
    sink, journal = MemorySink(), journal_of(4)
    sink.refusing = {2}
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
    assert [item.position for item in delivery.quarantined] == [2]
    assert delivery.pump.status().quarantined == 1


async def test_a_rewind_does_not_quarantine_the_same_item_twice() -> None:
    sink, journal = MemorySink(), journal_of(4)
    sink.refusing = {2}
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
        sink.failures.append(SinkUnavailable("gone"))
        journal.append_samples()
        await delivery.delivered()
    assert sink.positions == [1, 2, 3, 4, 1, 2, 3, 4, 5]
    assert [item.position for item in delivery.quarantined] == [2]


async def test_a_sinks_own_wish_to_wait_is_honoured() -> None:
    sink, journal = MemorySink(), journal_of(1)
    sink.failures.append(SinkUnavailable("busy", retry_after_s=120))
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
    assert 119 <= delivery.waits_s[0] <= 121


async def test_attempts_count_until_something_new_was_accepted() -> None:
    sink, journal = MemorySink(max_entries=1), journal_of(2)
    sink.failures = [SinkUnavailable("gone")] * 3
    delivery = Delivery(journal, sink, patience=0.2)
    async with delivery.running():
        await delivery.until(lambda: delivery.pump.status().attempts == 3)
        await delivery.delivered()
        assert delivery.pump.status().attempts == 0


async def test_status_of_a_sink_that_is_down_tells_backlog_and_retry() -> None:
    sink, journal = MemorySink(), journal_of(3)
    sink.failures = [SinkUnavailable("broker away")] * 1000
    delivery = Delivery(journal, sink, patience=0.2)
    async with delivery.running():
        await delivery.state("down")
        status = delivery.pump.status()
    assert (status.error, status.depth, status.position) == ("broker away", 3, 0)
    assert status.retry_in_s is not None and status.retry_in_s > 0


async def test_status_of_an_idle_sink_is_empty_handed() -> None:
    journal = journal_of(3)
    delivery = Delivery(journal, MemorySink())
    async with delivery.running():
        await delivery.state("idle")
        status = delivery.pump.status()
    assert (status.depth, status.oldest_age_s, status.error) == (0, 0.0, "")
    assert (status.entries_delivered, status.samples_delivered) == (3, 60)
    assert status.notes == ("a note",)


async def test_the_age_of_a_backlog_is_that_of_its_first_entry() -> None:
    journal = ListJournal(now_ns=iter([1, 2, 3]).__next__)
    for _ in range(3):
        journal.append_samples()
    delivery = Delivery(journal, MemorySink(), cursor=Cursor(1, 1))
    status = delivery.pump.status()
    assert status.oldest_age_s == pytest.approx(1_760_000_000.0)
    assert status.depth == 2


async def test_ending_says_goodbye_to_the_receiver() -> None:
    sink = MemorySink()
    delivery = Delivery(journal_of(1), sink)
    async with delivery.running():
        await delivery.delivered()
    assert sink.goodbyes == [True]
