from importlib.resources import files
from pathlib import Path

import pytest

from logger.errors import ConfigError
from logger.journal.kinds import Plan, ZoneLimit
from logger.session.plans import load_plans

_GOOD = """
[[plans]]
name = "trial"
version = "2026-1"
interval_days = 28

[[plans.zones]]
zone = "calf"
depth_max_mm = 1
rate_max_hz = 116.7
"""


def _file(directory: Path, text: str) -> Path:
    path = directory / "plans.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_plan_is_found_by_name_and_version(tmp_path: Path) -> None:
    limit = ZoneLimit(zone="posterior-lower-leg", depth_max_mm=1.0, rate_max_hz=116.7)
    assert load_plans(_file(tmp_path, _GOOD)) == {
        ("trial", "2026-1"): Plan(name="trial", version="2026-1", zones=(limit,), interval_days=28)
    }


def test_the_shipped_example_is_read_and_says_that_it_is_no_advice() -> None:
    example = Path(str(files("config").joinpath("plans.example.toml")))
    assert list(load_plans(example)) == [("example", "1")]
    assert "NO CLINICAL ADVICE" in example.read_text("utf-8")


def test_an_empty_file_has_no_plans(tmp_path: Path) -> None:
    assert load_plans(_file(tmp_path, "")) == {}


@pytest.mark.parametrize(
    ("wrong", "right", "key", "words"),
    [
        ("depth_max_mm = 1", "depth_max = 1", "plans[0].zones[0].depth_max", "no known key"),
        ("depth_max_mm = 1", "depth_max_mm = 11", "plans[0].zones[0].depth_max_mm", "10"),
        ("depth_max_mm = 1", "depth_max_mm = nan", "plans[0].zones[0].depth_max_mm", "finite"),
        ('zone = "calf"', 'zone = "hip"', "plans[0].zones[0].zone", "anterior-thigh"),
        ('version = "2026-1"', "", "plans[0].version", "missing"),
        ('name = "trial"', 'name = "a@b"', "plans[0].name", "letters"),
        ("interval_days = 28", "interval_days = 0", "plans[0].interval_days", "1"),
        ("depth_max_mm = 1", "depth_tolerance_mm = 0.1", "plans[0].zones[0]", "needs depth_max_mm"),
        ("depth_max_mm = 1", "rate_min_hz = 200", "plans[0].zones[0]", "above rate_max_hz"),
        ("interval_days = 28", "zones = []", "", "no TOML"),
    ],
)
def test_every_error_names_file_and_key(
    tmp_path: Path, wrong: str, right: str, key: str, words: str
) -> None:
    path = _file(tmp_path, _GOOD.replace(wrong, right))
    with pytest.raises(ConfigError) as error:
        load_plans(path)
    assert error.value.place == (f"{path}: {key}" if key else str(path))
    assert words in str(error.value)
    assert error.value.mend


def test_a_zone_listed_twice_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, _GOOD + '[[plans.zones]]\nzone = "posterior-lower-leg"\n')
    with pytest.raises(ConfigError, match="posterior-lower-leg is listed twice"):
        load_plans(path)


def test_the_same_name_and_version_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"plans\[1\].*twice"):
        load_plans(_file(tmp_path, _GOOD + _GOOD))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_plans(tmp_path / "plans.toml")
