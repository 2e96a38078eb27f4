"""The distribution of depth and rate, counted from samples."""

from pathlib import Path

import pytest

from logger.archive.exports.distribution import distribution_of
from logger.archive.exports.source import Source
from logger.journal import kinds
from logger.journal.reader import JournalReader
from tests.support.recorded import Recorded
from tests.support.reported import session_in
from tests.support.stories import RESTING, SESSION, opened, sample_block


def test_samples_are_counted_by_bin_while_the_motor_is_on_outside_pauses(tmp_path: Path) -> None:
    story = opened()
    story.samples(sample_block(30, depth_um=1500, rate_dhz=1000))
    story.samples(sample_block(10, first=30, depth_um=1740, rate_dhz=1030))
    story.samples(sample_block(5, first=40, depth_um=500, status=RESTING))
    story.append(kinds.SessionPaused(session=SESSION))
    story.samples(sample_block(7, first=45, depth_um=500))
    story.append(kinds.SessionResumed(session=SESSION))
    story.stopped()
    Recorded(tmp_path).tell(story)
    with JournalReader(tmp_path) as reader:
        found = distribution_of(Source(reader), session_in(tmp_path))
    assert found.counts["depth_set_mm"] == {15: 30, 17: 10}
    assert found.counts["rate_hz"] == {20: 30, 21: 10}
    assert found.counts["depth_measured_mm"] == {}  # this pen measured none
    assert found.shares("depth_set_mm") == {15: pytest.approx(0.75), 17: pytest.approx(0.25)}
