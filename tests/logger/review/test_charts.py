from itertools import pairwise

from logger.review.charts import Limit, Point, Series, chart
from logger.review.words import Words

_WRITTEN = Words("en").number


def _points(*values: float) -> list[Point]:
    return [Point(at, value) for at, value in enumerate(values)]


def test_without_a_value_there_is_no_chart() -> None:
    assert chart(["a"], [Series("none", [])], "mm", _WRITTEN) is None


def test_ticks_are_round_and_reach_around_all_values() -> None:
    drawn = chart(["a", "b"], [Series("depth", _points(1.23, 1.71))], "mm", _WRITTEN)
    assert drawn is not None
    assert [text for _, text in drawn.rises] == ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8"]
    places = [y for y, _ in drawn.rises]
    assert all(min(places) <= mark.y <= max(places) for mark in drawn.lines[0].marks)


def test_values_that_are_all_the_same_lie_within() -> None:
    drawn = chart(["a", "b"], [Series("depth", _points(0.0, 0.0))], "mm", _WRITTEN)
    assert drawn is not None
    assert len(drawn.rises) > 1


def test_names_that_would_run_into_one_another_are_left_out() -> None:
    names = [f"2026-11-{day:02d}" for day in range(1, 31)]
    drawn = chart(names, [Series("depth", _points(*range(30)))], "mm", _WRITTEN)
    assert drawn is not None
    places = [x for x, _ in drawn.names]
    assert 5 < len(places) < 15
    assert min(later - earlier for earlier, later in pairwise(places)) > 65


def test_twelve_series_differ_in_colour_or_mark() -> None:
    series = [Series(f"{number}", _points(1.0, 2.0)) for number in range(12)]
    drawn = chart(["a", "b"], series, "mm", _WRITTEN)
    assert drawn is not None
    assert len({(line.colour, line.mark) for line in drawn.lines}) == 12


def test_texts_of_limits_that_lie_close_are_kept_apart() -> None:
    limits = [Limit(name, value, "limit") for name, value in (("low", 1.0), ("high", 1.001))]
    drawn = chart(["a", "b"], [Series("rate", _points(1.0, 9.0))], "Hz", _WRITTEN, limits)
    assert drawn is not None
    (_, upper, name, _), (_, lower, _, _) = drawn.limits
    assert name == "high"
    assert lower - upper >= 15
