"""However a stream is cut into blocks, a session is the same."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.model import SampleBlock
from logger.journal.kinds import Plan, SegmentStarted, SessionPaused, SessionResumed, ZoneLimit
from logger.session.model import Session
from tests.support.stories import SESSION, Story, sample_block, slice_block

_PLAN = Plan(
    name="trial",
    version="1",
    zones=(ZoneLimit(zone="anterior-thigh", depth_max_mm=1.5, rate_min_hz=90, rate_max_hz=110),),
)


def _stretch(seed: int, count: int, first: int, boot_id: int) -> SampleBlock:
    """Return samples with gaps, dial turns, lifts, stops and absent values."""
    rng = np.random.default_rng(seed)
    sequence = first + np.cumsum(rng.choice([1, 4], count, p=[0.99, 0.01]))
    jitter = rng.integers(-2000, 2000, count)
    held = np.repeat(rng.integers(0, 3, count // 90 + 1), 90)[:count]
    return sample_block(
        count,
        sequence=sequence.tolist(),
        device_us=(sequence * 10_000 + jitter).tolist(),
        depth_um=np.choose(held, [1400, 1600, 1500]).tolist(),
        measured_um=rng.choice([1478, 0xFFFF, 1502], count).tolist(),
        rate_dhz=np.choose(held, [1000, 850, 1200]).tolist(),
        status=np.choose(np.roll(held, 30), [7, 7, 4]).tolist(),
        boot_id=boot_id,
    )


def _told(stretches: list[SampleBlock], cuts: list[set[int]]) -> Session:
    """Return the session when stretch i is cut before the samples numbered in cuts[i]."""
    story = Story()
    story.identified()
    story.started(plan=_PLAN, needles=11)
    orders = [
        SegmentStarted(session=SESSION, side="right", zone="anterior-thigh"),
        SessionPaused(session=SESSION),
        SessionResumed(session=SESSION),
    ]
    for index, (stretch, inside) in enumerate(zip(stretches, cuts, strict=True)):
        bounds = [0, *sorted(inside), len(stretch)]
        for first, last in pairwise(bounds):
            if first < last:
                story.samples(slice_block(stretch, first, last))
        if index < len(orders):
            story.append(orders[index])
    story.stopped()
    (session,) = story.projection().sessions()
    return session


def _content(session: Session) -> object:
    """Return all that must not depend on the cutting: no positions of entries, no times of them."""
    return (
        [(part.side, part.zone, part.statistics, part.deviations) for part in session.segments],
        session.motor_on_while_paused,
        session.samples_paused,
        session.totals,
    )


@settings(max_examples=30, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**16))
def test_cutting_changes_nothing(data: st.DataObject, seed: int) -> None:
    counts = data.draw(st.lists(st.integers(1, 200), min_size=5, max_size=5))
    stretches = [
        _stretch(seed + index, count, index * 1000, boot_id=1 if index < 4 else 2)
        for index, count in enumerate(counts)
    ]
    cuts = [data.draw(st.sets(st.integers(1, 199), max_size=12)) for _ in stretches]
    whole = _told(stretches, [set() for _ in stretches])
    cut = _told(
        stretches, [{at for at in one if at < n} for one, n in zip(cuts, counts, strict=True)]
    )
    assert _content(cut) == _content(whole)


def test_a_block_a_sample_changes_nothing() -> None:
    stretches = [_stretch(index, 150, index * 1000, 1) for index in range(4)]
    whole = _told(stretches, [set() for _ in stretches])
    single = _told(stretches, [set(range(1, 150)) for _ in stretches])
    assert _content(single) == _content(whole)
    assert sum(len(part.deviations) for part in whole.segments) > 0
