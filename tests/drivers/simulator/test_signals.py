import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.channels import CHANNELS
from drivers.model import Flag
from drivers.simulator.course import DEPTH_MAX_MM, DEPTH_STEP_MM, RATE_DIAL_HZ
from drivers.simulator.script import BOTH_LEGS, SCRIPTS, US_PER_S, Script
from drivers.simulator.signals import Signals, SignalSource

TWO_CYCLES_US = np.arange(0, 2 * BOTH_LEGS.cycle_us, 20_000, dtype=np.int64)


@pytest.fixture(scope="module")
def source() -> SignalSource:
    return SignalSource(BOTH_LEGS, seed=7)


@pytest.fixture(scope="module")
def session(source: SignalSource) -> Signals:
    return source.at(TWO_CYCLES_US)


def _has(signals: Signals, flag: Flag) -> NDArray[np.bool_]:
    return np.asarray((signals.status & flag) != 0)


def _lengths_s(flags: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how long each stretch of True is, the first and last left out."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8)))
    return np.asarray(np.diff(TWO_CYCLES_US[edges])[int(flags[0]) :: 2] / US_PER_S)


def test_same_seed_gives_the_same_session(session: Signals) -> None:
    again = SignalSource(BOTH_LEGS, seed=7).at(TWO_CYCLES_US)
    for name, values in session.channels.items():
        np.testing.assert_array_equal(values, again.channels[name])


def test_other_seed_gives_another_session(session: Signals) -> None:
    other = SignalSource(BOTH_LEGS, seed=8).at(TWO_CYCLES_US)
    assert not np.array_equal(session.status, other.status)


def test_pieces_in_any_order_equal_the_whole(session: Signals) -> None:
    fresh = SignalSource(BOTH_LEGS, seed=7)
    cuts = np.random.default_rng(1).choice(len(TWO_CYCLES_US), 40, replace=False)
    cuts.sort()
    for start, piece in zip([*cuts[::-1], 0], np.split(TWO_CYCLES_US, cuts)[::-1], strict=True):
        signals = fresh.at(piece)
        for name, values in session.channels.items():
            expected = values[start : start + len(piece)]
            np.testing.assert_array_equal(signals.channels[name], expected)


def test_every_channel_stays_within_what_it_can_mean(session: Signals) -> None:
    assert session.channels.keys() == CHANNELS.keys()
    for name, values in session.channels.items():
        assert np.nanmin(values) >= CHANNELS[name].low
        assert np.nanmax(values) <= CHANNELS[name].high


def test_rate_is_zero_exactly_when_the_motor_is_off(session: Signals) -> None:
    np.testing.assert_array_equal(session.channels["rate_hz"] > 0, _has(session, Flag.MOTOR_ON))


def test_skin_is_touched_only_with_the_motor_on(session: Signals) -> None:
    touching = _has(session, Flag.CONTACT)
    assert touching.any()
    assert not (touching & ~_has(session, Flag.MOTOR_ON)).any()


def test_strokes_last_one_to_three_seconds(session: Signals) -> None:
    lengths_s = _lengths_s(_has(session, Flag.CONTACT))
    assert len(lengths_s) > 200
    assert lengths_s.min() >= 0.95
    assert lengths_s.max() <= 3.05


def test_motor_runs_up_to_speed_and_down(session: Signals) -> None:
    rate_hz, on = session.channels["rate_hz"], _has(session, Flag.MOTOR_ON)
    starts = np.flatnonzero(on[1:] & ~on[:-1]) + 1
    assert (rate_hz[starts] < 0.5 * session.channels["rate_set_hz"][starts]).all()
    assert (rate_hz[starts + 20] > 0.9 * session.channels["rate_set_hz"][starts + 20]).all()


def test_depth_measured_is_a_little_under_what_is_set(session: Signals) -> None:
    on = _has(session, Flag.MOTOR_ON)
    under = session.channels["depth_set_mm"] - session.channels["depth_measured_mm"]
    assert (under[on] > 0).all()
    assert under[on].max() < 0.1
    assert np.isnan(session.channels["depth_measured_mm"][~on]).all()


def test_depth_never_exceeds_what_the_pen_can_do(session: Signals) -> None:
    assert session.channels["depth_set_mm"].max() <= DEPTH_MAX_MM


def test_contact_loads_the_motor(session: Signals) -> None:
    current_ma = session.channels["motor_current_ma"]
    touching, on = _has(session, Flag.CONTACT), _has(session, Flag.MOTOR_ON)
    assert np.median(current_ma[touching]) > np.median(current_ma[on & ~touching]) + 40
    assert np.median(current_ma[~on]) < 20


def test_battery_falls_and_motor_warms_up(session: Signals) -> None:
    assert (np.diff(session.channels["battery_pct"]) <= 0).all()
    assert (np.diff(session.channels["motor_temperature_c"]) >= 0).all()
    assert session.channels["battery_pct"][-1] < session.channels["battery_pct"][0] - 3
    assert session.channels["motor_temperature_c"][-1] > session.channels["motor_temperature_c"][0]


def test_dials_turn_step_by_step(source: SignalSource) -> None:
    turns = list(source.turns(0, BOTH_LEGS.cycle_us))
    for name, step in (("depth_dial", DEPTH_STEP_MM), ("rate_dial", 5.0)):
        values = np.array([turn.value for turn in turns if turn.name == name])
        assert len(values) > 10
        np.testing.assert_allclose(np.abs(np.diff(values)), step)
    rates_hz = [turn.value for turn in turns if turn.name == "rate_dial"]
    assert RATE_DIAL_HZ[0] <= min(rates_hz)
    assert max(rates_hz) <= RATE_DIAL_HZ[1]


def test_turns_tell_what_the_columns_show(source: SignalSource, session: Signals) -> None:
    turns = [t for t in source.turns(0, 2 * BOTH_LEGS.cycle_us) if t.name == "depth_dial"]
    after = source.at(np.array([turn.time_us for turn in turns]))
    before = source.at(np.array([turn.time_us - 1 for turn in turns]))
    values = [turn.value for turn in turns]
    np.testing.assert_array_equal(after.channels["depth_set_mm"], values)
    assert (before.channels["depth_set_mm"] != values).all()
    changes = np.count_nonzero(np.diff(session.channels["depth_set_mm"]))
    assert changes == len(turns)


def test_turns_in_pieces_equal_the_whole(source: SignalSource) -> None:
    until_us = BOTH_LEGS.cycle_us + 30 * US_PER_S
    edges = range(0, until_us + 1, 7_500_000)
    pieces = [turn for at in edges for turn in source.turns(at, at + 7_500_000)]
    assert pieces == list(source.turns(0, edges[-1] + 7_500_000))


def test_a_fresh_cartridge_is_seated_in_each_cycle(source: SignalSource) -> None:
    times_us = [0, 10 * US_PER_S, BOTH_LEGS.cycle_us, BOTH_LEGS.cycle_us + 1_500_000]
    fresh_us = BOTH_LEGS.cycle_us + 10 * US_PER_S
    first = "(01)00850000000017(17)271231(10)L4471(21)0001"
    assert [source.cartridge_at(at) for at in times_us] == [None, first, first, None]
    assert source.cartridge_at(fresh_us) == first.replace("(21)0001", "(21)0002")


def test_cartridges_are_numbered_on_and_expire_as_told() -> None:
    source = SignalSource(BOTH_LEGS, 7, cartridges_used=41, cartridge_expiry="250131")
    first = "(01)00850000000017(17)250131(10)L4471(21)0042"
    assert source.cartridge_at(10 * US_PER_S) == first


def test_worn_needles_stand_out_less_than_new_ones(source: SignalSource) -> None:
    times_us = np.arange(0, 30 * US_PER_S, 10_000)
    worn = SignalSource(BOTH_LEGS, seed=7, wear_mm=0.05).at(times_us).channels
    new = source.at(times_us).channels
    np.testing.assert_array_equal(worn["depth_set_mm"], new["depth_set_mm"])
    on = ~np.isnan(new["depth_measured_mm"])
    np.testing.assert_allclose(new["depth_measured_mm"][on] - worn["depth_measured_mm"][on], 0.05)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("seed", range(5))
def test_each_stay_is_begun_at_its_own_depth_and_rate(script: Script, seed: int) -> None:
    source = SignalSource(script, seed)
    for stay, start_us, end_us in zip(
        script.stays, script.starts_us, script.starts_us[1:], strict=False
    ):
        signals = source.at(np.arange(start_us, end_us, 10_000))
        touching = np.flatnonzero(_has(signals, Flag.CONTACT))
        assert signals.channels["depth_set_mm"][touching[0]] == stay.depth_mm
        assert signals.channels["rate_set_hz"][touching[0]] == stay.rate_hz


def test_motor_rests_while_the_practitioner_moves() -> None:
    signals = SignalSource(BOTH_LEGS, seed=3)
    moves_us = np.array(BOTH_LEGS.starts_us[:-1])
    resting = signals.at(np.sort(np.concatenate([moves_us, moves_us + 1_000_000])))
    assert not _has(resting, Flag.MOTOR_ON).any()
