"""What was pruned before a sink had it reaches the sink; what was erased does not."""

import asyncio
import random
from pathlib import Path

import pytest

from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.feed import Feed
from logger.journal.reader import JournalReader
from logger.journal.tail import Tail
from logger.sinks.pump import Pump
from tests.support.delivery import PATIENCE_S, clock
from tests.support.retained import Clinic
from tests.support.sinks import MemorySink


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path)
    clinic.session("s-1", "CODE-ONE")
    clinic.session("s-2", "CODE-TWO")
    clinic.between()
    return clinic


async def _delivered(clinic: Clinic) -> MemorySink:
    """Deliver the whole journal to a sink that has had nothing of it."""
    sink = MemorySink()
    with (
        JournalReader(clinic.data_dir, waits=False) as feeding,
        JournalReader(clinic.data_dir) as reader,
    ):
        last = reader.last_position()
        pump = Pump(
            sink,
            Feed(feeding, Tail(10, 1000), last),
            lambda after, to: list(reader.entries(after, kinds=kinds.SESSION_KINDS, to=to)),
            lambda items: None,
            cursor=Cursor(0, 0),
            clock=clock,
            rng=random.Random(1),
        )
        task = asyncio.create_task(pump.run())
        async with asyncio.timeout(PATIENCE_S):
            while pump.cursor.position < last:  # noqa: ASYNC110 - a pump's state is polled
                await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return sink


def _samples(sink: MemorySink) -> list[tuple[str, int]]:
    """Return session and first sequence number of every block delivered."""
    return [
        (item.assignment.session if item.assignment else "", int(item.block.sequence[0]))
        for item in sink.delivered
        if item.block is not None
    ]


async def test_blocks_that_were_pruned_are_delivered_from_their_files(clinic: Clinic) -> None:
    before = _samples(await _delivered(clinic))
    assert len(before) == 8
    clinic.round()
    assert clinic.payloads_left() == 1
    assert _samples(await _delivered(clinic)) == before


async def test_erased_blocks_are_delivered_no_more_and_all_others_are(clinic: Clinic) -> None:
    before = _samples(await _delivered(clinic))
    clinic.round()
    clinic.erase("CODE-ONE")
    clinic.round()
    after = _samples(await _delivered(clinic))
    assert after == [one for one in before if one[0] != "s-1"]


async def test_samples_that_change_hands_are_corrected_from_their_file(clinic: Clinic) -> None:
    (block, *_) = [one for one in clinic.entries() if one.kind == kinds.SAMPLES][-2:]
    clinic.round()
    clinic.tell(
        kinds.SamplesAssigned(
            session="s-2",
            from_position=block.position,
            to_position=block.position,
            from_unix_ns=0,
            to_unix_ns=0,
            side="left",
            zone="shin",
            reason="forgotten",
            nonce="00",
            retagged=(
                kinds.Retagged(
                    from_position=block.position,
                    to_position=block.position,
                    now=kinds.Tags(session="s-2", side="left", zone="shin"),
                ),
            ),
        )
    )
    sink = await _delivered(clinic)
    ((_, corrected),) = sink.retags
    assert [item.entry.position for item in corrected] == [block.position]
    assert corrected[0].block is not None
