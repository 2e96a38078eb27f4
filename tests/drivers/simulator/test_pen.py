import numpy as np
import pytest

from drivers.errors import ConfigError
from drivers.model import Flag
from drivers.profile import Profile, find_profile, shipped_profiles
from drivers.simulator.burst import NO_SAMPLE
from drivers.simulator.pen import VirtualPen
from drivers.simulator.script import US_PER_S
from drivers.simulator.settings import PenSettings
from tests.support.heard import Heard, hear

PROFILES = sorted(shipped_profiles())
MINUTE_US = 60 * US_PER_S


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> Profile:
    return find_profile(request.param)


@pytest.fixture(scope="module")
def minute() -> Heard:
    npt = find_profile("npt")
    return hear(npt, [VirtualPen(npt, PenSettings()).advance(MINUTE_US)])


def test_same_seed_says_the_same_bytes(profile: Profile) -> None:
    first = VirtualPen(profile, PenSettings(seed=5)).advance(MINUTE_US)
    assert VirtualPen(profile, PenSettings(seed=5)).advance(MINUTE_US) == first
    assert VirtualPen(profile, PenSettings(seed=6)).advance(MINUTE_US) != first


def test_bytes_do_not_depend_on_the_steps_of_time(profile: Profile) -> None:
    whole = VirtualPen(profile, PenSettings(rate_hz=300)).advance(20 * US_PER_S)
    pen = VirtualPen(profile, PenSettings(rate_hz=300))
    random_us = np.cumsum(np.random.default_rng(2).integers(0, 40_000, 2000))
    steps_us = [*random_us[random_us < 20 * US_PER_S], 20 * US_PER_S]
    assert b"".join(pen.advance(int(to_us)) for to_us in steps_us) == whole


def test_decoder_yields_the_samples_that_the_pen_made(profile: Profile) -> None:
    pen = VirtualPen(profile, PenSettings(rate_hz=250, seed=9))
    heard = hear(profile, [pen.advance(20 * US_PER_S - 1)])
    made = pen.samples(0, 5000)
    assert len(made) == 5000
    for counted, told in ((heard.sequence, made.sequence), (heard.ticks_us, made.ticks_us)):
        np.testing.assert_array_equal(counted, [] if told is None else told)
    np.testing.assert_array_equal(heard.status, made.status)
    for channel, values in made.columns.items():
        np.testing.assert_array_equal(heard.columns[channel], values)
    assert heard.counters.refused == {}
    assert heard.counters.discarded == {}


@pytest.mark.parametrize("rate_hz", [1, 100, 333, 1000, 4000])
def test_samples_come_at_the_rate_asked_for(rate_hz: float) -> None:
    profile = find_profile("npt")
    heard = hear(profile, [VirtualPen(profile, PenSettings(rate_hz=rate_hz)).advance(3 * US_PER_S)])
    assert len(heard.sequence) == pytest.approx(3 * rate_hz, rel=0.01, abs=1)
    np.testing.assert_array_equal(np.diff(heard.ticks_us), round(US_PER_S / rate_hz))
    assert heard.pens[0].sample_period_us == round(US_PER_S / rate_hz)


@pytest.mark.parametrize("name", ["npt", "npt-line"])
def test_pen_is_marked_simulated(name: str) -> None:
    profile = find_profile(name)
    heard = hear(profile, [VirtualPen(profile, PenSettings(serial="SIM-77")).advance(0)])
    assert [(pen.serial, pen.simulated) for pen in heard.pens] == [("SIM-77", True)]


def test_a_serial_number_that_hides_the_simulation_is_refused() -> None:
    with pytest.raises(ConfigError, match="known as one") as refused:
        PenSettings(serial="NP-000123")
    assert "SIM-NP-000123" in refused.value.mend


@pytest.mark.parametrize("rate_hz", [0, -5, float("nan"), 1e9])
def test_an_impossible_sample_rate_is_refused(rate_hz: float) -> None:
    with pytest.raises(ConfigError, match="--rate-hz"):
        PenSettings(rate_hz=rate_hz)


def test_identity_comes_at_power_up_and_every_five_seconds(minute: Heard) -> None:
    assert len(minute.pens) == 13
    assert len(set(minute.pens)) == 1


def test_cartridge_is_told_when_seated_and_with_each_identity(minute: Heard) -> None:
    told = minute.events_named("cartridge")
    with_identity = range(5_000_000, 60_000_001, 5_000_000)
    assert [event.ticks_us for event in told] == [500_000, *with_identity]
    assert {event.needle_count for event in told} == {14}
    assert all(event.text.startswith("(01)00850000000017(17)271231(10)L4471") for event in told)


@pytest.mark.parametrize(
    ("name", "channel"), [("depth_dial", "depth_set_mm"), ("rate_dial", "rate_set_hz")]
)
def test_dial_changes_are_told_as_settings(minute: Heard, name: str, channel: str) -> None:
    raw = minute.columns[channel]
    changes = np.flatnonzero(np.diff(raw.astype(np.int64)))
    assert len(changes) > 3
    assert [event.raw for event in minute.events_named(name)] == raw[changes + 1].tolist()


def test_motor_is_told_when_it_starts_and_stops(minute: Heard) -> None:
    on = (minute.status & Flag.MOTOR_ON) != 0
    switches = [event.value for event in minute.events_named("motor")]
    assert switches[:4] == [1, 0, 1, 0]
    assert len(switches) == np.count_nonzero(np.diff(on))


def test_events_are_numbered_and_timed(minute: Heard) -> None:
    numbered = [event for event in minute.events if event.number is not None]
    assert [event.number for event in numbered] == list(range(len(numbered)))
    ticks_us = [event.ticks_us for event in numbered]
    assert ticks_us == sorted(ticks_us, key=lambda at: at or 0)


def test_ticks_and_sequence_wrap() -> None:
    profile = find_profile("npt")
    settings = PenSettings(start_tick_us=2**32 - 35_000, start_sequence=2**32 - 2)
    heard = hear(profile, [VirtualPen(profile, settings).advance(50_000)])
    assert heard.sequence.tolist() == [2**32 - 2, 2**32 - 1, 0, 1, 2, 3]
    assert (heard.ticks_us - 2**32).tolist()[:4] == [-35_000, -25_000, -15_000, -5_000]
    assert heard.ticks_us.tolist()[4:] == [5_000, 15_000]


def test_identify_is_answered_even_when_cut_in_two() -> None:
    profile = find_profile("npt")
    assert profile.identify is not None
    pen = VirtualPen(profile, PenSettings())
    pen.advance(US_PER_S)
    pen.write(b"noise" + profile.identify[:2])
    assert hear(profile, [pen.advance(US_PER_S)]).pens == []
    pen.write(profile.identify[2:] + profile.identify)
    heard = hear(profile, [pen.advance(US_PER_S)])
    assert heard.pens == [pen.identity, pen.identity]
    assert [event.name for event in heard.events] == ["cartridge", "cartridge"]


def test_next_due_is_when_the_next_bytes_come() -> None:
    pen = VirtualPen(find_profile("npt"), PenSettings())
    pen.advance(0)
    for due_us in (10_000, 20_000, 30_000):
        assert pen.next_due_us() == due_us
        assert pen.advance(due_us - 1) == b""
        assert pen.advance(due_us) != b""


def test_burst_records_each_frame() -> None:
    pen = VirtualPen(find_profile("npt"), PenSettings(start_sequence=40, boot_id=7))
    burst = pen.burst(20_000)
    assert burst.records["sequence"].tolist() == [NO_SAMPLE, NO_SAMPLE, 40, 41, 42]
    assert burst.records["due_us"].tolist() == [0, 0, 0, 10_000, 20_000]
    assert set(burst.records["boot_id"]) == {7}
    assert len(burst.frames) == 5
