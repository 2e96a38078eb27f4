from drivers.simulator.script import BOTH_LEGS, SHORT_LEGS, US_PER_S


def test_both_legs_are_worked() -> None:
    for script in (BOTH_LEGS, SHORT_LEGS):
        assert {stay.side for stay in script.stays} == {"left", "right"}


def test_stay_at_a_time_is_the_one_that_began_last() -> None:
    first, second = BOTH_LEGS.stays[:2]
    move_us = round(first.duration_s * US_PER_S)
    assert BOTH_LEGS.at(0) == first
    assert BOTH_LEGS.at(move_us - 1) == first
    assert BOTH_LEGS.at(move_us) == second


def test_script_begins_again_after_the_last_stay() -> None:
    assert BOTH_LEGS.at(BOTH_LEGS.cycle_us - 1) == BOTH_LEGS.stays[-1]
    assert BOTH_LEGS.at(BOTH_LEGS.cycle_us) == BOTH_LEGS.stays[0]
