"""Delivered entries carry the session of their position, and corrections come when due."""

from collections.abc import Iterable

from logger.errors import SinkUnavailable
from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.entry import Entry
from logger.session.assignment import Assignment
from logger.sinks.labels import Labels
from tests.support.delivery import Delivery
from tests.support.journaled import ListJournal, session_started
from tests.support.sinks import MemorySink

SESSION = "20261122-abcd"
THIGH = Assignment(SESSION, "left", "anterior-thigh", False)


def session_journal() -> ListJournal:
    """Return samples before (1), in (3) and after (5) a session, and of another pen (6)."""
    journal = ListJournal()
    journal.append_samples()
    journal.append(session_started(SESSION))
    journal.append_samples()
    journal.append(kinds.SessionStopped(session=SESSION, reason="ordered"))
    journal.append_samples()
    journal.append_samples("NP-2")
    return journal


def lapsed_journal() -> ListJournal:
    """Return a session that lapsed, two blocks after it (4, 5) and one of another pen (6)."""
    journal = ListJournal()
    journal.append(session_started(SESSION))
    journal.append_samples()
    journal.append(kinds.SessionLapsed(session=SESSION, after_s=600))
    journal.append_samples()
    journal.append_samples()
    journal.append_samples("NP-2")
    return journal


async def delivered(journal: ListJournal, after: int = 0) -> MemorySink:
    sink = MemorySink()
    delivery = Delivery(journal, sink, cursor=Cursor(after, after))
    async with delivery.running():
        await delivery.delivered()
    return sink


async def test_samples_carry_the_session_open_at_their_position() -> None:
    sink = await delivered(session_journal())
    samples = [item.assignment for item in sink.delivered if item.block is not None]
    assert samples == [None, THIGH, None, None]


async def test_a_start_in_the_middle_knows_the_session_that_is_open() -> None:
    sink = await delivered(session_journal(), after=2)
    assert sink.delivered[0].assignment == THIGH


async def test_the_end_of_a_session_still_carries_its_tags() -> None:
    sink = await delivered(session_journal(), after=3)
    assert sink.delivered[0].assignment == THIGH


async def test_what_a_resumed_session_adopts_is_retagged() -> None:
    journal = lapsed_journal()
    journal.append(kinds.SessionResumed(session=SESSION, adopted_from=4, adopted_to=5))
    sink = await delivered(journal)
    (retag, items), *more = sink.retags
    assert more == []
    assert (retag.former, retag.new) == (None, THIGH)
    assert [item.entry.position for item in items] == [4, 5]
    assert [item.assignment for item in items] == [THIGH, THIGH]


async def test_what_lies_after_a_forgotten_sessions_end_is_retagged() -> None:
    journal = ListJournal()
    journal.append(session_started(SESSION))
    for _ in range(3):
        journal.append_samples()
    stop = kinds.SessionStopped(session=SESSION, reason="forgotten", ended_position=2)
    journal.append(stop)
    sink = await delivered(journal)
    ((retag, items),) = sink.retags
    assert (retag.former, retag.new) == (THIGH, None)
    assert [item.entry.position for item in items] == [3, 4]


async def test_a_replay_wished_in_between_mixes_up_no_labels() -> None:
    sink, journal = MemorySink(max_entries=2), session_journal()
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
        for position in (2, 0, 4):
            journal.append_samples("NP-2")
            delivery.pump.go_on_after(position)
            await delivery.delivered()
    labels: dict[int, set[Assignment | None]] = {p: set() for p in sink.positions}
    for item in sink.delivered:
        labels[item.entry.position].add(item.assignment)
    assert all(len(seen) == 1 for seen in labels.values())


async def test_the_cursor_does_not_pass_a_correction_that_failed() -> None:
    journal = lapsed_journal()
    sink = MemorySink()
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
        sink.reachable = False
        await delivery.state("down")
        journal.append(kinds.SessionResumed(session=SESSION, adopted_from=4, adopted_to=5))
        assert delivery.pump.cursor.position == 6
        sink.reachable = True
        await delivery.delivered()
    assert len(sink.retags) == 1


async def test_a_correction_that_fails_half_way_is_made_again() -> None:
    journal = lapsed_journal()
    journal.append(kinds.SessionResumed(session=SESSION, adopted_from=4, adopted_to=5))

    class FailingOnce(MemorySink):
        async def deliver(self, batch, *, at_leisure=False):  # type: ignore[no-untyped-def]
            receipt = await super().deliver(batch, at_leisure=at_leisure)
            if len(self.batches) == 1:
                self.failures.append(SinkUnavailable("gone"))
            return receipt

    sink = FailingOnce()
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
    assert len(sink.batches) == 2
    assert len(sink.retags) == 1


def test_going_back_and_forth_gives_the_labels_of_one_straight_run() -> None:
    journal = session_journal()
    straight = Labels(journal.session_entries)
    expected = [straight.label(entry)[0].assignment for entry in journal.entries]
    labels = Labels(journal.session_entries)
    for position in (3, 5, 1, 4, 2, 0, 2):
        labels.rebuild(position)
        behind = [labels.label(entry)[0].assignment for entry in journal.entries[position:]]
        assert behind == expected[position:]


def test_a_rebuild_reads_only_what_came_since_the_last() -> None:
    journal = session_journal()
    asked: list[tuple[int, int]] = []

    def session_entries(after: int, upto: int) -> Iterable[Entry]:
        asked.append((after, upto))
        return journal.session_entries(after, upto)

    labels = Labels(session_entries)
    for position in (3, 5, 5):
        labels.rebuild(position)
    assert asked == [(0, 3), (3, 5), (5, 5)]
