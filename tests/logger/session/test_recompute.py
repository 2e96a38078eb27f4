"""A session that is summed up anew from the journal comes out as it was recorded."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from logger.journal.kinds import (
    Payload,
    Plan,
    SegmentStarted,
    SessionInterrupted,
    SessionPaused,
    SessionResumed,
    SessionStopped,
    ZoneLimit,
)
from logger.session.recompute import recomputed
from tests.support.stories import (
    RESTING,
    SESSION,
    WORKING,
    Story,
    only_session,
    sample_block,
)

_PLAN = Plan(
    name="trial",
    version="1",
    zones=(ZoneLimit(zone="anterior-thigh", depth_max_mm=1.5, rate_min_hz=90, rate_max_hz=110),),
)
_ORDERS: tuple[Payload, ...] = (
    SegmentStarted(session=SESSION, side="right", zone="anterior-thigh"),
    SegmentStarted(session=SESSION, side="right", zone="medial-ankle"),
    SessionPaused(session=SESSION),
    SessionResumed(session=SESSION),
    SessionInterrupted(session=SESSION, reason="unplugged"),
)
_STEPS = st.lists(
    st.tuples(st.sampled_from(["order", "samples", "samples", "dial", "needles"]), st.integers(0)),
    max_size=30,
)


def _samples(story: Story, seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 120))
    sequence = story.position * 1000 + np.cumsum(rng.choice([1, 4], count, p=[0.97, 0.03]))
    held = np.repeat(rng.integers(0, 3, count // 60 + 1), 60)[:count]
    story.samples(
        sample_block(
            count,
            sequence=sequence.tolist(),
            depth_um=np.choose(held, [1400, 1600, 1500]).tolist(),
            rate_dhz=np.choose(held, [1000, 850, 1200]).tolist(),
            status=np.choose(held, [WORKING, WORKING, RESTING]).tolist(),
        )
    )


def _order(story: Story, order: Payload, halted: set[type[Payload]]) -> None:
    """Append ``order``, unless no rule would let it happen now."""
    if isinstance(order, SessionResumed) != bool(halted) and not isinstance(order, SegmentStarted):
        return
    story.append(order)
    if isinstance(order, SessionResumed):
        halted.clear()
    elif not isinstance(order, SegmentStarted):
        halted.add(type(order))


def _told(steps: list[tuple[str, int]]) -> Story:
    story = Story()
    story.identified()
    story.pen_event("cartridge", needles=11)
    story.started(plan=_PLAN)
    halted: set[type[Payload]] = set()
    for step, seed in steps:
        if step == "order":
            _order(story, _ORDERS[seed % len(_ORDERS)], halted)
        elif step == "samples":
            _samples(story, seed % 2**16)
        elif step == "dial":
            story.pen_event("depth_dial")
        else:
            story.pen_event("cartridge", needles=12 + seed % 3)
    return story


@settings(max_examples=100, deadline=None)
@given(steps=_STEPS)
def test_a_stopped_session_comes_out_as_it_was(steps: list[tuple[str, int]]) -> None:
    story = _told(steps)
    story.stopped()
    session = only_session(story)
    assert recomputed(session, story.read_pen) == session


def test_a_forgotten_session_ends_with_its_last_motor_on() -> None:
    story = _told([("samples", 3), ("samples", 0)])
    worked = story.samples(sample_block(50, first=9000))
    story.samples(sample_block(50, first=9050, status=RESTING))
    ended_ns = story.time_of(worked)
    story.append(
        SessionStopped(
            session=SESSION, reason="forgotten", ended_position=worked, ended_unix_ns=ended_ns
        )
    )
    session = only_session(story)
    assert recomputed(session, story.read_pen) == session
