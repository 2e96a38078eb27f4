import pytest

from logger.archive.report.zones import Range, joined, zone_sums
from logger.journal.kinds import SegmentStarted
from logger.session.model import Spread
from tests.support.recorded import Recorded
from tests.support.reported import session_in
from tests.support.stories import SESSION, Story, sample_block


def _spread(mean: float) -> Spread:
    return Spread(mean=mean, sd=0, minimum=mean - 1, p05=0, p50=0, p95=0, maximum=mean + 1)


def test_means_are_weighted_with_time_and_extremes_kept() -> None:
    together = joined([(_spread(2.0), 30.0), (None, 5.0), (_spread(4.0), 10.0)])
    assert together == Range(mean=2.5, minimum=1.0, maximum=5.0)
    assert joined([(None, 3.0)]) is None


def test_stays_on_one_zone_are_taken_together(recorded: Recorded) -> None:
    story = Story()
    story.identified()
    story.started(needles=10)
    story.samples(sample_block(100))
    story.append(SegmentStarted(session=SESSION, side="right", zone="popliteal-fossa"))
    story.samples(sample_block(50, first=100))
    story.append(SegmentStarted(session=SESSION, side="left", zone="anterior-thigh"))
    story.samples(sample_block(100, first=150, depth_um=500))
    story.stopped()
    recorded.tell(story)
    fossa, thigh = zone_sums(session_in(recorded.data_dir))
    assert (fossa.side, fossa.zone, fossa.stays) == ("right", "popliteal-fossa", 1)
    assert (thigh.side, thigh.stays, thigh.samples_received) == ("left", 2, 200)
    assert thigh.motor_on_s == pytest.approx(2.0, abs=0.02)
    assert thigh.nominal_punctures == pytest.approx(2000, abs=20)
    assert thigh.depth_set_mm is not None
    assert thigh.depth_set_mm.mean == pytest.approx(1.0, abs=0.01)
    assert (thigh.depth_set_mm.minimum, thigh.depth_set_mm.maximum) == (0.5, 1.5)
