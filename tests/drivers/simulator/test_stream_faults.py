"""Each fault as the decoder sees it, and as the records tell it."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.profile import find_profile
from drivers.simulator.burst import NO_SAMPLE, Burst, Fate, concatenate
from drivers.simulator.faults import parse_faults
from drivers.simulator.pen import VirtualPen
from drivers.simulator.script import US_PER_S
from drivers.simulator.settings import PenSettings
from tests.support.heard import Heard, hear

PROFILE = find_profile("npt")
UNTIL_US = 20 * US_PER_S
SAMPLES = 2001
STREAM_FAULTS = [
    "noise:rate=0.002",
    "flip:rate=0.002",
    "lose:rate=0.002",
    "drop:rate=0.02",
    "duplicate:rate=0.02",
    "reorder:rate=0.02",
    "half:rate=0.02",
    "garbage:rate=0.02",
    "baud:to=9600,rate=0.02",
    "freeze:at=3,for=2",
    "unplug:at=3,for=2",
]


def _pen(*faults: str, seed: int = 1) -> VirtualPen:
    return VirtualPen(PROFILE, PenSettings(seed=seed), parse_faults(faults))


def _play(*faults: str) -> tuple[Burst, Heard]:
    burst = _pen(*faults).burst(UNTIL_US)
    return burst, hear(PROFILE, [burst.data()])


def _numbers(burst: Burst, *fates: Fate) -> NDArray[np.int64]:
    """Return the sequence numbers of the samples that met one of ``fates``."""
    chosen = np.isin(burst.records["fate"], fates) & (burst.records["sequence"] != NO_SAMPLE)
    return np.asarray(burst.records["sequence"][chosen])


def _missing(heard: Heard) -> list[int]:
    return sorted(set(range(SAMPLES)) - set(heard.sequence.tolist()))


def _in_steps(pen: VirtualPen, steps_us: Sequence[int]) -> Burst:
    return concatenate([pen.burst(to_us) for to_us in steps_us])


@pytest.mark.parametrize(
    "fault", [*STREAM_FAULTS, "half:every=0.5", "reboot:every=5", "drift:ppm=300"]
)
def test_a_spoiled_stream_does_not_depend_on_the_steps_of_time(fault: str) -> None:
    whole = _pen(fault).burst(UNTIL_US)
    steps_us = [*range(0, UNTIL_US, 37_123), UNTIL_US]
    pieces = _in_steps(_pen(fault), steps_us)
    assert pieces.data() == whole.data()
    np.testing.assert_array_equal(pieces.records, whole.records)


@pytest.mark.parametrize("fault", [f for f in STREAM_FAULTS if "rate" in f])
def test_another_seed_spoils_other_frames(fault: str) -> None:
    first, other = (_pen(fault, seed=seed).burst(UNTIL_US).records["fate"] for seed in (1, 2))
    assert not np.array_equal(first[:1500], other[:1500])


@pytest.mark.parametrize("fault", ["noise:rate=0.002", "flip:rate=0.002", "lose:rate=0.002"])
def test_spoiled_bytes_cost_no_other_frame_than_they_may(fault: str) -> None:
    burst, heard = _play(fault)
    damaged = set(_numbers(burst, Fate.DAMAGED).tolist())
    missing = _missing(heard)
    assert 50 < len(damaged) < 150
    # A spoiled end of frame may take the next one with it.
    assert all(number in damaged or number - 1 in damaged for number in missing if number)
    assert len(missing) > 0.9 * len(damaged)
    assert sum(heard.counters.refused.values()) > 0


@pytest.mark.parametrize(
    ("fault", "fate"),
    [
        ("drop:rate=0.02", Fate.DROPPED),
        ("freeze:at=3,for=2", Fate.DROPPED),
        ("unplug:at=3,for=2", Fate.UNPLUGGED),
    ],
)
def test_swallowed_frames_are_exactly_what_is_missing(fault: str, fate: Fate) -> None:
    burst, heard = _play(fault)
    assert _missing(heard) == _numbers(burst, fate).tolist()
    assert _missing(heard)
    assert heard.counters.refused == {}


def test_frozen_is_silent_for_its_window_and_counts_on() -> None:
    pen = _pen("freeze:at=5,for=3")
    pen.advance(5 * US_PER_S - 1)
    assert pen.advance(8 * US_PER_S - 1) == b""
    heard = hear(PROFILE, [pen.advance(9 * US_PER_S)])
    assert heard.sequence[0] == 800


def test_unplugged_shows_in_the_cable_too() -> None:
    pen = _pen("unplug:at=5,for=3")
    times_us = [4_999_999, 5_000_000, 7_999_999, 8_000_000]
    assert [pen.plugged_at(at) for at in times_us] == [True, False, False, True]


def test_duplicates_come_twice() -> None:
    burst, heard = _play("duplicate:rate=0.02")
    repeated = _numbers(burst, Fate.REPEATED)
    numbers, counts = np.unique(heard.sequence, return_counts=True)
    assert numbers[counts == 2].tolist() == repeated.tolist()
    assert 20 < len(repeated) < 70


def test_reordered_frames_come_one_place_late() -> None:
    burst, heard = _play("reorder:rate=0.02")
    late = _numbers(burst, Fate.LATE)
    backwards = np.flatnonzero(np.diff(heard.sequence) < 0)
    assert len(late) > 20
    assert set(heard.sequence[backwards + 1]) <= set(late.tolist())
    assert _missing(heard) == []


def test_half_a_frame_is_refused_with_the_next() -> None:
    burst, heard = _play("half:every=2")
    assert np.count_nonzero(burst.records["fate"] == Fate.DAMAGED) == UNTIL_US // (2 * US_PER_S) + 1
    damaged = set(_numbers(burst, Fate.DAMAGED).tolist())
    assert set(_missing(heard)) <= damaged | {number + 1 for number in damaged} | {0}
    assert sum(heard.counters.refused.values()) > 5


def test_garbage_and_a_wrong_baud_rate_yield_no_sample() -> None:
    for fault in ("garbage:at=2,for=3", "baud:to=57600,at=2,for=3"):
        burst, heard = _play(fault)
        damaged = _numbers(burst, Fate.DAMAGED)
        assert damaged.tolist() == list(range(200, 500))
        assert set(damaged.tolist()) <= set(_missing(heard))
        assert len(_missing(heard)) <= len(damaged) + 1


def test_faults_add_up() -> None:
    burst, heard = _play("drop:rate=0.01", "duplicate:rate=0.01", "flip:rate=0.0005")
    for fate in (Fate.DROPPED, Fate.REPEATED, Fate.DAMAGED):
        assert len(_numbers(burst, fate)) > 3
    assert set(_numbers(burst, Fate.DROPPED).tolist()) <= set(_missing(heard))


def test_a_copy_of_a_damaged_frame_is_damaged() -> None:
    burst, _ = _play("half:rate=1", "duplicate:rate=1")
    assert set(burst.records["fate"].tolist()) == {Fate.DAMAGED}


def test_a_window_comes_back_at_its_interval() -> None:
    _, heard = _play("drop:at=1,for=1,every=5")
    silent = [number for at in (100, 600, 1100, 1600) for number in range(at, at + 100)]
    assert _missing(heard) == silent


def test_a_frozen_pen_loses_its_answer_to_identify() -> None:
    pen = _pen("freeze:at=1,for=2")
    pen.advance(1_500_000)
    assert PROFILE.identify is not None
    pen.write(PROFILE.identify)
    assert pen.advance(1_600_000) == b""


def test_a_reboot_starts_everything_anew() -> None:
    _, heard = _play("reboot:at=10")
    before, after = heard.sequence[:1000], heard.sequence[1000:]
    assert before.tolist() == list(range(1000))
    assert after.tolist() == list(range(951))
    assert heard.ticks_us[1000:].tolist() == [10_000 * k for k in range(951)]
    assert len({pen.boot_id for pen in heard.pens}) == 2


def test_events_are_counted_anew_after_a_reboot() -> None:
    _, heard = _play("reboot:at=2")
    numbers = [event.number for event in heard.events if event.number is not None]
    assert numbers[:4] == [0, 0, 1, 2]


def test_session_goes_on_across_a_reboot() -> None:
    _, heard = _play("reboot:at=10")
    undisturbed = _pen().samples(1050, 951)
    np.testing.assert_array_equal(heard.status[1000:], undisturbed.status)


def test_a_pen_that_is_off_does_not_answer() -> None:
    pen = _pen("reboot:at=10,for=2")
    pen.advance(10 * US_PER_S)
    assert PROFILE.identify is not None
    pen.write(PROFILE.identify)
    assert pen.advance(11 * US_PER_S) == b""


def test_a_fast_clock_makes_more_samples_of_the_same_ticks() -> None:
    _, heard = _play("drift:ppm=100000")
    assert len(heard.sequence) == pytest.approx(1.1 * SAMPLES, abs=2)
    np.testing.assert_array_equal(np.diff(heard.ticks_us), 10_000)


def test_a_drift_may_begin_later() -> None:
    burst, _ = _play("drift:ppm=100000,at=10")
    due_us = burst.records["due_us"][burst.records["sequence"] != NO_SAMPLE]
    steps_us = np.diff(due_us)
    assert set(steps_us[:990].tolist()) == {10_000}
    assert set(steps_us[1010:].tolist()) <= {9090, 9091}
    assert steps_us.min() >= 9000
