import pytest

from drivers.errors import ConfigError
from drivers.examples import check_examples
from drivers.profile import parse_profile

PEN = """
name = "pen"
title = "A pen"
[framing]
kind = "line"
[frame.LINE]
role = "sample"
fields = [{ type = "int", fills = "depth_set_mm", unit = "µm", absent = "-" }]
[[example]]
name = "one"
"""


def check(example: str) -> tuple[bool, tuple[str, ...]]:
    (result,) = check_examples(parse_profile(PEN + example, "pen.toml"))
    return result.good, result.problems


def test_a_met_expectation_is_good() -> None:
    assert check('text = "1500\\n"\nexpect = { depth_set_mm = 1.5 }') == (True, ())


def test_absent_is_expected_by_its_name() -> None:
    assert check('text = "-\\n"\nexpect = { depth_set_mm = "absent" }') == (True, ())


def test_another_value_is_told() -> None:
    good, problems = check('text = "1501\\n"\nexpect = { depth_set_mm = 1.5 }')
    assert not good
    assert problems == ("depth_set_mm: expected 1.5, got 1.501",)


def test_a_refused_frame_is_told_with_its_cause() -> None:
    good, problems = check('text = "99999\\n"\nexpect = { depth_set_mm = 1.5 }')
    assert not good
    assert problems == ("refused: expected 'nothing', got 'range'",)


def test_an_unfinished_frame_is_told() -> None:
    assert check('text = "1500"\nexpect = { depth_set_mm = 1.5 }')[1] == (
        "refused: expected 'nothing', got 'incomplete'",
    )


def test_a_frame_that_should_be_refused_but_decodes_is_told() -> None:
    assert check('text = "1500\\n"\nrefused = "range"') == (
        False,
        ("refused: expected 'range', got 'decoded'",),
    )


@pytest.mark.parametrize(
    ("example", "key"),
    [
        ("expect = { depth_set_mm = 1.5 }", "example.one"),
        ('text = "1\\n"', "example.one.expect"),
        ('text = "1\\n"\nexpect = { depth = 1.5 }', "example.one.expect.depth"),
        ('text = "1\\n"\nexpect = { status = "on" }', "example.one.expect.status"),
        ('text = "1\\n"\nexpect = { depth_set_mm = [1] }', "example.one.expect.depth_set_mm"),
        ('text = "1\\n"\nrefused = "mood"', "example.one.refused"),
        ('bytes = "4"\nexpect = { depth_set_mm = 1.5 }', "example.one.bytes"),
    ],
)
def test_a_malformed_expectation_is_refused(example: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_profile(PEN + example, "pen.toml")
    assert caught.value.place == f"pen.toml: {key}"
    assert caught.value.mend
