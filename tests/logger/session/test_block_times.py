"""Finding blocks of samples by position and by time, in a real journal."""

from pathlib import Path

import pytest

from logger.journal.reader import JournalReader
from logger.session.block_times import block_position_at, block_times
from logger.session.record_orders import BlockTimes
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, PEN, Story, sample_block

_S = 1_000_000_000
_BLOCKS = 40


@pytest.fixture
def positions(tmp_path: Path) -> list[int]:
    """The positions of blocks of a second each, with another pen's and other entries between."""
    story = Story()
    for number in range(_BLOCKS):
        story.samples(sample_block(100, first=100 * number))
        if number % 3 == 0:
            story.pen_event("button")
            story.samples(sample_block(100, first=100 * number, pen="NP-2"))
    told = Recorded(tmp_path).tell(story)
    return [one.position for one in told if one.kind == "samples" and one.stream == PEN]


def test_every_moment_leads_to_the_block_that_reaches_up_to_it(
    positions: list[int], tmp_path: Path
) -> None:
    with JournalReader(tmp_path) as reader:
        for number in range(_BLOCKS):
            moment = EPOCH_NS + number * _S + _S // 2
            found = block_position_at(reader, PEN, positions[0], positions[-1], moment)
            assert found == positions[number]


def test_a_moment_before_all_leads_to_the_first_and_one_after_all_nowhere(
    positions: list[int], tmp_path: Path
) -> None:
    with JournalReader(tmp_path) as reader:
        assert block_position_at(reader, PEN, positions[3], 10_000, EPOCH_NS) == positions[3]
        late = EPOCH_NS + 3600 * _S
        assert block_position_at(reader, PEN, 1, 10_000, late) is None


def test_a_position_has_the_times_of_its_block_or_none(
    positions: list[int], tmp_path: Path
) -> None:
    with JournalReader(tmp_path) as reader:
        last_ns = EPOCH_NS + 990_000_000
        assert block_times(reader, PEN, positions[0]) == BlockTimes(EPOCH_NS, last_ns)
        assert block_times(reader, PEN, positions[0] + 1) is None
