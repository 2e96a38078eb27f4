"""What sessions take from the entries of pens and links."""

from logger.journal.kinds import LinkUp, SegmentStarted
from logger.session.model import PenSeen, Session
from tests.support.stories import PEN, PERIOD_US, SESSION, Story, sample_block


def _only(story: Story) -> Session:
    (session,) = story.projection().sessions()
    return session


def test_the_pen_is_kept_as_it_presented_itself() -> None:
    story = Story()
    story.append(LinkUp(port="/dev/ttyACM0", profile="npt", profile_hash="abc"))
    story.identified(boot_id=7)
    story.started()
    assert _only(story).pen_seen == PenSeen(
        serial=PEN,
        model="REF-PEN",
        firmware="1.4.2",
        profile="npt",
        profile_hash="abc",
        sample_period_us=PERIOD_US,
        boot_ids=(7,),
        as_of_position=3,
    )


def test_boots_during_the_session_are_kept() -> None:
    story = Story()
    story.identified(boot_id=7)
    story.started()
    story.samples(sample_block(2, boot_id=7))
    story.samples(sample_block(2, boot_id=9))
    assert _only(story).pen_seen.boot_ids == (7, 9)


def test_a_cartridge_that_was_read_before_the_start_counts() -> None:
    story = Story()
    story.identified()
    story.pen_event("cartridge", needles=14)
    story.started()
    # Two samples of 10 ms at 100 Hz: 14 · 100 · 0.02.
    story.samples(sample_block(2))
    assert _only(story).totals.nominal_punctures == 28.0


def test_a_cartridge_that_was_taken_out_counts_no_more() -> None:
    story = Story()
    story.identified()
    story.pen_event("cartridge", needles=14)
    story.pen_event("cartridge_seated", value=0.0)
    story.started()
    story.samples(sample_block(2))
    assert _only(story).totals.nominal_punctures is None


def test_without_a_known_period_a_sample_counts_for_a_second_at_most() -> None:
    story = Story()
    story.identified(period_us=None)
    story.started()
    # 0.4 s, then at most 1 s of the 5 s; the last sample for nothing.
    block = sample_block(3, counted=False, device_us=[0, 400_000, 5_400_000])
    story.samples(block)
    assert _only(story).totals.recorded_s == 1.4


def test_totals_add_the_segments_up() -> None:
    story = Story()
    story.identified()
    story.started(needles=10)
    story.samples(sample_block(4, sequence=[0, 1, 2, 4]))
    story.append(SegmentStarted(session=SESSION, side="right", zone="calf"))
    story.samples(sample_block(6, first=5))
    totals = _only(story).totals
    # Ten received, one missing; 10 samples of 10 ms at 100 Hz with 10 needles.
    assert (totals.samples_received, totals.completeness) == (10, 10 / 11)
    assert (totals.recorded_s, totals.nominal_punctures) == (0.1, 100.0)
