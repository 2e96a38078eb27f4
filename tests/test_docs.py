"""The docs name every command, setting, topic, measurement, fault and exit code, and no other."""

import re
import tomllib
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from drivers.simulator.faults import parse_fault
from logger.cli.exits import Exit
from logger.cli.main import cli
from logger.errors import ConfigError
from logger.session.legs import ZONES
from logger.settings import Settings
from logger.sinks.influx_points import EVENT, HEAD_POINT, SUMMARY
from logger.sinks.line_protocol import TELEMETRY
from logger.sinks.mqtt_payloads import Publisher

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ANNOTATED = (ROOT / "config" / "needlelog.toml").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_SETTING = re.compile(r"# (\w+ = |\[)")
_CALL = re.compile(r"needlelog((?: --?[\w-]+[ =][^\s`]+)*)((?: [a-z]+)+)")


def _commands(group: click.Group, prefix: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


COMMANDS = sorted(_commands(cli))
_WORDS = {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    group, _, name = command.partition(" ")
    in_table = re.compile(rf"`needlelog {group}`(?: `[a-z]+`)*? `{name}`[ |]")
    assert f"needlelog {command}" in README or in_table.search(README)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_command_that_is_not_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    quoted = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^\s*\$ (.+)$", text, re.MULTILINE)
    for call in filter(None, map(_CALL.match, quoted)):
        words = call[2].split()
        known = any(" ".join(words[:count]) in COMMANDS for count in (1, 2, 3))
        alone = len(words) == 1 and words[0] in _WORDS
        assert known or alone, call[0]


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = next(_models_in(field.annotation), None)
        if inner is None:
            yield f"{prefix}{name}"
        else:
            yield from _keys(inner, f"{prefix}{name}.")


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif isinstance(annotation, types.UnionType) or typing.get_args(annotation):
        for part in typing.get_args(annotation):
            yield from _models_in(part)


def _annotated_keys() -> set[str]:
    """Return the keys of the annotated file, those that are commented out as well."""
    lines = [
        line.removeprefix("# ") if _SETTING.match(line) else line for line in ANNOTATED.splitlines()
    ]
    return set(_flat(tomllib.loads("\n".join(lines))))


def _flat(table: dict[str, typing.Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        inner = value[0] if isinstance(value, list) and isinstance(value[0], dict) else value
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}".removesuffix("_file") if key in _SECRET_FILES else prefix + key


_SECRET_FILES = ("password_file", "token_file")
SETTINGS = sorted(_keys(Settings))


@pytest.mark.parametrize("key", SETTINGS)
def test_the_annotated_settings_file_names_every_key(key: str) -> None:
    # One kind of TLS table is annotated in full; the other takes the same keys.
    assert key in _annotated_keys() or key.replace("influx.tls", "mqtt.tls") in _annotated_keys()


def test_the_annotated_settings_file_names_no_other_key() -> None:
    assert _annotated_keys() <= set(SETTINGS)


def test_the_readme_names_every_exit_code() -> None:
    sentence = README[README.index("Exit codes:") :].split("\n\n")[0]
    assert [int(code) for code in re.findall(r"\b\d+\b", sentence)] == sorted(Exit)


def test_the_page_on_mqtt_names_every_topic() -> None:
    page = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
    publisher = Publisher("needlelog/<site>", "<site>", "")
    leaves = ("availability", "session", "telemetry", "event", "correction")
    pen = publisher.pen_topic("SERIAL", "").replace("SERIAL", "<serial>")
    for topic in (publisher.bridge_topic, publisher.head_topic, *(pen + leaf for leaf in leaves)):
        assert f"| `{topic}` |" in page


def test_the_contract_on_mqtt_has_the_same_topics() -> None:
    page = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
    contract = (ROOT / "config" / "asyncapi.yaml").read_text(encoding="utf-8")
    leaves = re.findall(r"\| `needlelog/<site>/(?:pen/<serial>/)?([\w/]+)` \|", page)
    assert len(leaves) == 8
    for leaf in leaves:
        assert re.search(rf"address: \S*/{leaf}\b", contract), leaf


@pytest.mark.parametrize("measurement", [TELEMETRY, EVENT, SUMMARY, HEAD_POINT])
def test_the_page_on_influxdb_names_every_measurement(measurement: str) -> None:
    assert f"`{measurement}`" in (ROOT / "docs" / "influxdb.md").read_text(encoding="utf-8")


def test_the_page_on_the_simulator_names_every_fault() -> None:
    page = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        parse_fault("nonesuch")
    faults = caught.value.mend.removeprefix("Choose one of ").rstrip(".").split(", ")
    assert len(faults) > 10
    for fault in faults:
        assert f"`{fault}" in page, fault


def test_the_page_on_sessions_names_every_zone() -> None:
    page = (ROOT / "docs" / "sessions.md").read_text(encoding="utf-8")
    for zone in ZONES:
        assert f"`{zone}`" in page, zone


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target
