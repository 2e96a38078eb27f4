"""Where the journal lies and what the site is called, found without judging other settings."""

from pathlib import Path

import pytest

from logger.errors import ConfigError
from logger.settings import load_settings
from logger.settings_sources import data_dir_of, site_of


def _file(directory: Path, text: str) -> Path:
    path = directory / "needlelog.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("flag", [None, "by-flag"])
@pytest.mark.parametrize("variable", [None, "by-environment"])
@pytest.mark.parametrize("line", ["", 'data_dir = "by-file"'])
def test_it_is_what_all_settings_together_would_say(
    tmp_path: Path, flag: str | None, variable: str | None, line: str
) -> None:
    file = _file(tmp_path, line)
    flags = {} if flag is None else {"data_dir": flag}
    environ = {} if variable is None else {"NEEDLELOG_DATA_DIR": variable}
    expected = load_settings(file, flags, environ).data_dir
    assert data_dir_of(file, flags, environ) == expected


def test_a_mistake_in_another_setting_keeps_nobody_from_the_record(tmp_path: Path) -> None:
    file = _file(tmp_path, 'data_dir = "d"\nno_such_setting = 1\n')
    assert data_dir_of(file, {}, {}) == tmp_path / "d"


def test_the_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    file = _file(tmp_path, 'data_dir = "d"')
    assert data_dir_of(None, {}, {"NEEDLELOG_CONFIG": str(file)}) == tmp_path / "d"


@pytest.mark.parametrize(("flags", "line"), [({"site": "x"}, ""), ({}, "data_dir = 5")])
def test_other_flags_and_what_is_no_path_are_left_to_all_settings_together(
    tmp_path: Path, flags: dict[str, str], line: str
) -> None:
    assert data_dir_of(_file(tmp_path, line), flags, {}) is None


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no valid TOML"):
        data_dir_of(_file(tmp_path, "data_dir = "), {}, {})


@pytest.mark.parametrize("variable", [None, "by-environment"])
@pytest.mark.parametrize("line", ["", 'site = "by-file"'])
def test_the_site_is_what_all_settings_together_would_say(
    tmp_path: Path, variable: str | None, line: str
) -> None:
    file = _file(tmp_path, line)
    environ = {} if variable is None else {"NEEDLELOG_SITE": variable}
    assert site_of(file, {}, environ) == load_settings(file, {}, environ).site


@pytest.mark.parametrize("name", ["", "a clinic", "clinic\n", "x" * 65])
def test_a_site_that_is_no_name_is_left_to_all_settings_together_to_refuse(name: str) -> None:
    environ = {"NEEDLELOG_SITE": name}
    assert site_of(None, {}, environ) is None
    with pytest.raises(ConfigError, match="site"):
        load_settings(None, {}, environ)


def test_a_site_named_by_a_flag_is_left_to_all_settings_together() -> None:
    assert site_of(None, {"site": "x"}, {}) is None
