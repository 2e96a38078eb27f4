"""Amended sessions are summed up beside everything else the event loop does."""

import asyncio
from pathlib import Path

from logger.journal.kinds import SessionAmended
from logger.journal.reader import JournalReader
from logger.service.recomputing import Recomputing
from logger.session.store import open_sessions
from tests.support.recorded import Recorded
from tests.support.stories import SESSION, Story, sample_block

_BLOCKS = 200


def _amended(data_dir: Path) -> None:
    """Leave a journal whose last entry moves a session to another zone."""
    story = Story()
    story.identified()
    story.started()
    for number in range(_BLOCKS):
        story.samples(sample_block(10, first=number * 10))
    story.stopped()
    what, former = "segment.1.zone", "anterior-thigh"
    story.append(
        SessionAmended(
            session=SESSION, what=what, former=former, now="medial-ankle", reason="x", nonce="0"
        )
    )
    Recorded(data_dir).tell(story)


async def test_what_was_due_when_the_recorder_ended_is_done_by_the_next(tmp_path: Path) -> None:
    _amended(tmp_path)
    store, projection = open_sessions(tmp_path)
    turns = 0
    saved = asyncio.Event()

    def save() -> None:
        store.save(projection)
        saved.set()

    with JournalReader(tmp_path) as reader:
        assert projection.due == (SESSION,)
        running = asyncio.ensure_future(Recomputing(projection, reader, tmp_path, save).run())
        while not saved.is_set():
            turns += 1
            await asyncio.sleep(0)
        running.cancel()
    found = store.find(SESSION)
    store.close()
    assert not projection.due
    assert found is not None
    assert (found.segments[0].zone, found.record.statistics_due) == ("medial-ankle", False)
    assert found.totals.samples_received == _BLOCKS * 10
    assert turns > 1  # others had their turn
