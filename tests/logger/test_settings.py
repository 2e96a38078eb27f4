"""Where settings come from, which source wins, and what becomes of secrets and paths."""

import re
from pathlib import Path

import pytest

from logger.errors import ConfigError
from logger.settings import Settings, load_settings

ANNOTATED = Path(__file__).parents[2] / "config" / "needlelog.toml"
SETTING = re.compile(r"# (\w+ = |\[)")


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "needlelog.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _load(
    path: Path | None = None, flags: dict[str, str] | None = None, **environ: str
) -> Settings:
    return load_settings(path, flags, environ)


def _refusal(path: Path | None, flags: dict[str, str] | None = None, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        _load(path, flags, **environ)
    return caught.value


def test_without_anything_the_defaults_hold() -> None:
    assert _load() == Settings()


def test_file_over_default(tmp_path: Path) -> None:
    assert _load(_file(tmp_path, 'site = "file"')).site == "file"


def test_environment_over_file(tmp_path: Path) -> None:
    assert _load(_file(tmp_path, 'site = "file"'), NEEDLELOG_SITE="env").site == "env"


def test_flag_over_environment(tmp_path: Path) -> None:
    settings = _load(_file(tmp_path, ""), {"site": "flag"}, NEEDLELOG_SITE="env")
    assert settings.site == "flag"


def test_a_source_replaces_single_keys_of_a_table(tmp_path: Path) -> None:
    path = _file(tmp_path, '[mqtt]\nhost = "file"\nport = 1')
    settings = _load(path, {"mqtt.window": "7"}, NEEDLELOG_MQTT__PORT="2")
    assert settings.mqtt is not None
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.window) == ("file", 2, 7)


def test_the_environment_can_name_the_file(tmp_path: Path) -> None:
    path = _file(tmp_path, 'site = "file"')
    assert _load(NEEDLELOG_CONFIG=str(path)).site == "file"


@pytest.mark.parametrize("source", ["flag", "environment"])
def test_pens_can_be_given_as_json(source: str) -> None:
    text = '[{"port": "/dev/a", "profile": "npt-line"}]'
    settings = _load(None, {"pens": text}) if source == "flag" else _load(None, NEEDLELOG_PENS=text)
    assert [(pen.port, pen.profile) for pen in settings.pens] == [("/dev/a", "npt-line")]


def test_a_list_that_is_no_json_names_the_environment() -> None:
    assert _refusal(None, NEEDLELOG_PENS="[oops").place.startswith("environment")


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    path = _file(
        tmp_path,
        'data_dir = "data"\nprofiles_dir = "pens"\nplans_file = "/etc/plans.toml"\n'
        '[mqtt]\nhost = "h"\nusername = "u"\npassword_file = "secret"\n'
        '[mqtt.tls]\nca_file = "ca.pem"',
    )
    settings = _load(path)
    assert settings.data_dir == tmp_path / "data"
    assert settings.profiles_dir == tmp_path / "pens"
    assert settings.plans_file == Path("/etc/plans.toml")
    assert settings.mqtt is not None
    assert settings.mqtt.tls is not None
    assert settings.mqtt.tls.ca_file == tmp_path / "ca.pem"


def _password(settings: Settings) -> str:
    assert settings.mqtt is not None
    assert settings.mqtt.password is not None
    return settings.mqtt.password.get_secret_value()


MQTT = '[mqtt]\nhost = "h"\nusername = "u"\n'


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    assert _password(_load(_file(tmp_path, MQTT + 'password_file = "secret"'))) == "s3cret"


def test_the_environment_can_name_the_file_of_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    secret = str(tmp_path / "secret")
    settings = _load(_file(tmp_path, MQTT), NEEDLELOG_MQTT__PASSWORD_FILE=secret)
    assert _password(settings) == "s3cret"


def test_a_secret_of_the_environment_wins_over_the_files_secret_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file")
    path = _file(tmp_path, MQTT + 'password_file = "secret"')
    assert _password(_load(path, NEEDLELOG_MQTT__PASSWORD="from env")) == "from env"


def test_a_secret_and_its_file_in_one_source_are_refused(tmp_path: Path) -> None:
    refusal = _refusal(_file(tmp_path, MQTT + 'password = "a"\npassword_file = "b"'))
    assert refusal.place.endswith("needlelog.toml: mqtt.password_file")
    assert refusal.mend == "Give one of the two"


def test_a_secret_file_that_is_missing_is_named(tmp_path: Path) -> None:
    refusal = _refusal(None, NEEDLELOG_INFLUX__TOKEN_FILE="/nowhere/token")
    assert refusal.place == "environment: influx.token_file"


def test_secrets_stay_out_of_texts_and_of_the_fingerprint(tmp_path: Path) -> None:
    one, other = (_load(_file(tmp_path, MQTT + f'password = "{p}"')) for p in ("s3cret", "x"))
    assert "s3cret" not in f"{one!r} {one} {one.model_dump_json()}"
    assert one.fingerprint() == other.fingerprint()


def test_other_settings_have_another_fingerprint() -> None:
    assert _load().fingerprint() != _load(None, {"site": "b"}).fingerprint()


def test_variables_for_tests_are_no_settings() -> None:
    assert _load(NEEDLELOG_TEST_INFLUX_URL="http://x") == Settings()


def test_what_is_wrong_is_blamed_on_the_source_that_gave_it(tmp_path: Path) -> None:
    path = _file(tmp_path, '[mqtt]\nhost = "h"\nport = 1')
    assert _refusal(path, NEEDLELOG_MQTT__PORT="x").place == "environment: mqtt.port"
    assert _refusal(path, {"mqtt.port": "x"}).place == "flag --set: mqtt.port"
    assert _refusal(_file(tmp_path, '[mqtt]\nhost="h"\nport="x"')).place == f"{path}: mqtt.port"


@pytest.mark.parametrize("port", ["", "usb://1", "ftp://host/pen"])
def test_a_port_that_cannot_be_is_refused_before_it_is_opened(port: str) -> None:
    with pytest.raises(ConfigError):
        _load(None, {"pens": f'[{{"port": "{port}"}}]'})


def test_the_annotated_file_is_valid_with_every_line_in_force(tmp_path: Path) -> None:
    lines = ANNOTATED.read_text(encoding="utf-8").splitlines()
    in_force = [_uncommented(line) for line in lines]
    for name in ("mqtt.password", "influx.token"):
        (tmp_path / name).write_text("s")
    text = "\n".join(in_force).replace("/etc/needlelog", str(tmp_path))
    settings = _load(_file(tmp_path, text))
    assert settings.mqtt is not None
    assert settings.influx is not None
    assert settings.influx.tls is not None


def test_the_annotated_file_shows_the_true_defaults() -> None:
    text = ANNOTATED.read_text(encoding="utf-8")
    recording = Settings().recording.model_dump()
    for key, value in recording.items():
        assert f"# {key} = {value}\n" in text


def _uncommented(line: str) -> str:
    """Return a commented setting or table as one in force; prose stays a comment."""
    return line.removeprefix("# ") if SETTING.match(line) else line
