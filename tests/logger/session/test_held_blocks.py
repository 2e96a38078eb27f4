"""Blocks that are held back change nothing, whoever looks and whenever."""

from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.model import Anchor, Flag, SampleBlock
from logger.journal.entry import Entry
from logger.journal.kinds import (
    Gap,
    Plan,
    SegmentStarted,
    SessionLapsed,
    SessionPaused,
    SessionResumed,
    SessionStopped,
    ZoneLimit,
)
from logger.session.held_blocks import HELD_BLOCKS_MAX
from logger.session.model import Session
from logger.session.projection import Projection
from tests.support.stories import (
    EPOCH_NS,
    LIFTED,
    PERIOD_US,
    RESTING,
    SENSING,
    SESSION,
    WORKING,
    Story,
    sample_block,
)

_PLAN = Plan(
    name="trial",
    version="1",
    zones=(
        ZoneLimit(
            zone="shin",
            depth_max_mm=1.5,
            depth_tolerance_mm=0.001,
            rate_min_hz=90,
            rate_max_hz=110,
        ),
    ),
)
_ORDERS = {
    "segment": SegmentStarted(session=SESSION, side="right", zone="shin"),
    "pause": SessionPaused(session=SESSION),
    "resume": SessionResumed(session=SESSION),
    "adopt": SessionResumed(session=SESSION, adopted_from=1),
    "lapse": SessionLapsed(session=SESSION, after_s=900.0),
    "gap": Gap(cause="link", count=None),
}
_STATUSES = {
    "work": (WORKING,),
    "lift": (LIFTED,),
    "rest": (RESTING,),
    "stop and go": (WORKING, RESTING),
}
_TELLS = ("dial", "text", "cartridge", "period")
_PEN_CHANGES = (
    *("skip", "fall back", "renumber", "reboot", "anchor"),
    *("no motor bit", "no numbers"),
)

Step = tuple[str, int]
_STEPS = st.lists(
    st.tuples(
        st.sampled_from([*_STATUSES] * 5 + [*_ORDERS, *_TELLS, *_PEN_CHANGES]),
        st.integers(1, 70),
    ),
    max_size=40,
)
_BUSY: list[Step] = [("segment", 1), *[("stop and go", 65)] * 60, ("rest", 20), ("rest", 20)]
_STEADY: list[Step] = [("segment", 1), *[("work", 70)] * 12]


class _Telling:
    """Makes a story of steps; a number says how many samples, or how far to jump."""

    def __init__(self) -> None:
        self.story = Story()
        self.story.identified()
        self.story.started(plan=_PLAN, needles=11)
        self._next = 0
        self._renumbered = 0
        self._numbers = True
        self._boot_id = 1
        self._anchor = 0
        self._flags = SENSING

    def step(self, name: str, number: int) -> None:
        if name in _STATUSES:
            self.story.samples(self._block(_STATUSES[name], number))
        elif name in _ORDERS:
            self.story.append(_ORDERS[name])
        elif name in _TELLS:
            self._tell(name, number)
        else:
            self._change_pen(name, number)

    def _tell(self, name: str, number: int) -> None:
        if name == "period":
            self.story.identified(period_us=number * 100, boot_id=self._boot_id)
        elif name == "cartridge":
            self.story.pen_event("cartridge", needles=number)
        else:
            self.story.pen_event("depth_dial" if name == "dial" else name)

    def _change_pen(self, name: str, number: int) -> None:
        if name == "reboot":
            self._boot_id, self._next = self._boot_id + 1, 0
        elif name == "anchor":
            self._anchor += number
        elif name == "no motor bit":
            self._flags ^= Flag.MOTOR_ON
        elif name == "no numbers":
            self._numbers = not self._numbers
        elif name == "renumber":
            self._renumbered -= number
        else:
            self._next = max(0, self._next + (number if name == "skip" else -number))

    def _block(self, statuses: tuple[int, ...], count: int) -> SampleBlock:
        first, self._next = self._next, self._next + count
        numbers = np.arange(first, self._next)
        block = sample_block(
            count,
            sequence=(numbers + self._renumbered).tolist(),
            device_us=(numbers * PERIOD_US).tolist(),
            depth_um=np.choose(numbers // 60 % 3, [1400, 1600, 1500]).tolist(),
            measured_um=np.choose(numbers % 3, [1478, 0xFFFF, 1502]).tolist(),
            rate_dhz=np.choose(numbers // 70 % 4, [1000, 850, 0, 1200]).tolist(),
            status=np.resize(np.repeat(statuses, 40), count).tolist(),
            boot_id=self._boot_id if self._numbers else None,
            counted=self._numbers,
            flags_known=self._flags,
        )
        return replace(block, anchor=Anchor(self._anchor, EPOCH_NS // 1000, -self._anchor))


def _told(steps: list[Step]) -> list[Entry]:
    telling = _Telling()
    for name, number in steps:
        telling.step(name, number)
    return telling.story.entries


def _folded(entries: list[Entry], held_blocks_max: int = HELD_BLOCKS_MAX) -> Projection:
    projection = Projection(held_blocks_max=held_blocks_max)
    for entry in entries:
        projection.apply(entry)
    return projection


def _none(session: str) -> Session | None:
    return None


@settings(max_examples=60, deadline=None)
@given(steps=_STEPS, held_blocks_max=st.integers(2, 60))
@example(steps=_BUSY, held_blocks_max=60)
@example(steps=_STEADY, held_blocks_max=60)
@example(steps=[("work", 9), ("renumber", 9), ("work", 9)], held_blocks_max=60)
@example(steps=[("work", 9), ("period", 20), ("work", 9)], held_blocks_max=60)
def test_however_much_is_held_back_the_sums_are_the_same(
    steps: list[Step], held_blocks_max: int
) -> None:
    entries = _told(steps)
    at_once = _folded(entries, held_blocks_max=1)
    held = _folded(entries, held_blocks_max)
    assert held.sessions() == at_once.sessions()
    assert held.dump() == at_once.dump()


@settings(max_examples=60, deadline=None)
@given(steps=_STEPS)
def test_rules_see_every_block_at_once(steps: list[Step]) -> None:
    at_once, held = Projection(held_blocks_max=1), Projection()
    for entry in _told(steps):
        at_once.apply(entry)
        held.apply(entry)
        assert held.open_sessions() == at_once.open_sessions()


@settings(max_examples=60, deadline=None)
@given(steps=_STEPS, looks=st.sets(st.integers(1, 45)))
def test_looking_changes_nothing(steps: list[Step], looks: set[int]) -> None:
    entries = _told(steps)
    watched = Projection()
    for entry in entries:
        watched.apply(entry)
        if entry.position in looks:
            seen = watched.session(SESSION)
            assert seen == _folded(entries[: entry.position], held_blocks_max=1).session(SESSION)
    assert watched.dump() == _folded(entries).dump()


@settings(max_examples=60, deadline=None)
@given(steps=_STEPS, saves=st.sets(st.integers(1, 45), max_size=5))
def test_after_a_crash_the_rest_is_folded_again(steps: list[Step], saves: set[int]) -> None:
    entries = _told(steps)
    crashed = Projection()
    for end in sorted(saves):
        for entry in entries[:end]:
            crashed.apply(entry)
        saved = crashed.dump()
        for entry in entries[end : end + 10]:
            crashed.apply(entry)
        crashed = Projection.load(saved, _none)
    for entry in entries:
        crashed.apply(entry)
    assert crashed.dump() == _folded(entries).dump()


@settings(max_examples=40, deadline=None)
@given(steps=_STEPS, worked=st.integers(1, 70))
def test_a_forgotten_session_ends_the_same(steps: list[Step], worked: int) -> None:
    telling = _Telling()
    for name, number in [*steps, ("resume", 1), ("work", worked), ("rest", 30), ("rest", 30)]:
        telling.step(name, number)
    (one,) = telling.story.projection().open_sessions()
    telling.story.append(
        SessionStopped(
            session=SESSION,
            reason="forgotten",
            ended_position=one.last_motor_on_position or one.started_position,
            ended_unix_ns=one.last_motor_on_unix_ns or one.started_unix_ns,
        )
    )
    entries = telling.story.entries
    assert _folded(entries).stopped == _folded(entries, held_blocks_max=1).stopped
