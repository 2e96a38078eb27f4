"""The individuals chart against the worked example of its source."""

from logger.review.control_chart import control_limits

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rates of ten batches.
_NIST = (49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1)


def test_the_limits_are_those_of_the_handbook() -> None:
    # Each value and range twice over: the example has ten values, and 20 set limits here.
    mirrored = (*_NIST, *reversed(_NIST))
    limits = control_limits(mirrored)
    assert limits is not None
    assert round(limits.centre, 2) == 50.81
    # The handbook: mean moving range 1.8778, here over 19 ranges of which one is 0.
    reach = 3 * (2 * 9 * 1.8778 / 19) / 1.128
    assert abs(limits.upper - limits.centre - reach) < 0.001
    assert abs(limits.centre - limits.lower - reach) < 0.001


def test_fewer_than_twenty_values_set_none() -> None:
    assert control_limits(_NIST) is None


def test_a_value_on_a_limit_is_within() -> None:
    limits = control_limits([1.0] * 20)
    assert limits is not None
    assert not limits.is_out(1.0)
    assert limits.is_out(1.01)
