"""The course of a session out of its sealed file is that out of the journal, to the last bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from drivers.model import Anchor, ColumnLayout
from logger.archive.report.course import Course, read_course
from logger.archive.report.sealed_course import sealed_blocks
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.reader import JournalReader
from tests.support.archived import archive
from tests.support.recorded import Recorded
from tests.support.reported import session_in, treated
from tests.support.stories import EPOCH_NS, SESSION, Story, host_time, sample_block

_CHANNELS = ("depth_set_mm", "depth_measured_mm", "rate_hz", "motor_current_ma")


def _sealed(data_dir: Path) -> Course | None:
    with JournalReader(data_dir) as reader:
        sealed = sealed_blocks(data_dir, reader, session_in(data_dir), _CHANNELS)
    return None if sealed is None else sealed.course()


def _rebooting() -> Story:
    """Return a session with a reboot, a new anchor, another scale and a pen that stops counting."""
    story = Story()
    story.identified()
    story.started()
    first = sample_block(200, measured_um=[1480] * 100 + [0xFFFF] * 100)
    story.samples(first)
    story.samples(replace(sample_block(50, first=200), anchor=Anchor(1, EPOCH_NS // 1000 + 70, 0)))
    later = host_time(EPOCH_NS + 9_000_000_000)
    story.samples(replace(sample_block(50, boot_id=2), host=later))
    coarse = (ColumnLayout("rate_hz", "Hz"), ColumnLayout("motor_current_ma", "mA"))
    ones = {"rate_hz": np.full(30, 120), "motor_current_ma": np.full(30, 85)}
    block = sample_block(30, first=60, boot_id=2, counted=False)
    story.samples(replace(block, layouts=coarse, columns=ones, host=later))
    story.append(kinds.SegmentStarted(session=SESSION, side="right", zone="anterior-knee"))
    story.samples(replace(sample_block(40, first=90, boot_id=None), host=later))
    story.stopped()
    return story


@pytest.mark.parametrize("story", [treated(), _rebooting()], ids=["treated", "rebooting"])
def test_it_is_the_journals(recorded: Recorded, story: Story) -> None:
    recorded.tell(story)
    archive(recorded.data_dir)
    sealed = _sealed(recorded.data_dir)
    assert sealed is not None
    with JournalReader(recorded.data_dir) as reader:
        journaled = read_course(reader, session_in(recorded.data_dir), _CHANNELS)
    for name in ("elapsed_s", "utc_ns", "segment", "missing"):
        np.testing.assert_array_equal(getattr(sealed, name), getattr(journaled, name))
    for name in _CHANNELS:
        drawn = journaled.channels[name].astype(np.float32)
        np.testing.assert_array_equal(sealed.channels[name], drawn)


def test_there_is_none_of_a_session_that_was_not_sealed(recorded: Recorded) -> None:
    recorded.tell(treated())
    assert _sealed(recorded.data_dir) is None


def test_there_is_none_where_other_samples_are_the_sessions_now(recorded: Recorded) -> None:
    recorded.tell(treated())
    archive(recorded.data_dir)
    session = session_in(recorded.data_dir)
    shorter = structs.replace(session, segments=session.segments[:1])
    with JournalReader(recorded.data_dir) as reader:
        assert sealed_blocks(recorded.data_dir, reader, shorter, _CHANNELS) is None


def test_a_file_that_is_not_what_was_sealed_is_refused(recorded: Recorded) -> None:
    recorded.tell(treated())
    archive(recorded.data_dir)
    (file,) = recorded.data_dir.rglob("samples-1.parquet")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(CommandRefused, match="not what was sealed"):
        _sealed(recorded.data_dir)
