"""``needlelog config`` as a person calls it."""

import json
from pathlib import Path

import pytest

from logger.cli.exits import Exit
from logger.settings import Settings
from tests.support.command_line import call

SECRETS = """\
[mqtt]
host = "broker"
username = "u"
password = "hush-mqtt"
[influx]
url = "http://influx"
bucket = "b"
token = "hush-influx"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "needlelog.toml"
    path.write_text(SECRETS, encoding="utf-8")
    return path


def test_check_says_what_is_good(file: Path) -> None:
    answer = call("--config", file, "config", "check")
    assert answer.out == "settings good: 1 pen(s) (npt), 0 plan(s)\n"
    assert answer.code == Exit.OK


def test_check_reads_the_plans(tmp_path: Path) -> None:
    (tmp_path / "needlelog.toml").write_text('plans_file = "plans.toml"')
    (tmp_path / "plans.toml").write_text(
        '[[plans]]\nname = "a"\nversion = "1"\n[[plans.zones]]\nzone = "anterior-thigh"'
    )
    answer = call("--config", tmp_path / "needlelog.toml", "config", "check")
    assert answer.out.endswith("1 plan(s)\n")


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_show_hides_secrets(file: Path, option: list[str]) -> None:
    answer = call("--config", file, "config", "show", *option)
    assert answer.code == Exit.OK
    assert "broker" in answer.out
    assert "hush" not in answer.out + answer.err


def test_show_names_every_setting_with_its_value() -> None:
    lines = call("config", "show").out.splitlines()
    assert 'site = "site"' in lines
    assert 'pens.0.port = "auto"' in lines
    assert "recording.commit_interval_s = 0.2" in lines
    assert "mqtt = null" in lines


def test_show_as_json_has_every_setting() -> None:
    shown = json.loads(call("config", "show", "--json").out)
    assert shown.keys() == Settings.model_fields.keys()


def test_show_tells_what_is_in_force() -> None:
    answer = call("--set", "site=flag", "config", "show", NEEDLELOG_LOG__LEVEL="debug")
    assert 'site = "flag"' in answer.out
    assert 'log.level = "debug"' in answer.out


def test_the_data_directory_has_a_flag_of_its_own() -> None:
    answer = call("--data-dir", "/data", "config", "show", NEEDLELOG_DATA_DIR="/other")
    assert 'data_dir = "/data"' in answer.out
