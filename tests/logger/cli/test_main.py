"""The entry: which commands there are, and what becomes of errors."""

import subprocess

import click
import pytest

from logger.cli.exits import Exit
from logger.cli.lazy import LazyGroup
from logger.cli.main import COMMANDS, cli, exit_code
from logger.errors import (
    CommandRefused,
    ConfigError,
    JournalError,
    LinkLost,
    NeedlelogError,
    NotRunning,
    SinkUnavailable,
    UnsupportedPen,
)
from tests.support.command_line import call, call_process
from tests.support.recorder_process import NEEDLELOG, environment


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("a", "b", "c"), Exit.USAGE),
        (UnsupportedPen("a", "b", "c"), Exit.USAGE),
        (CommandRefused("a"), Exit.REFUSED),
        (NotRunning("a"), Exit.NOT_RUNNING),
        (JournalError("a"), Exit.JOURNAL),
        (LinkLost("a"), Exit.UNAVAILABLE),
        (SinkUnavailable("a"), Exit.UNAVAILABLE),
        (NeedlelogError("a"), Exit.FOUND_WRONG),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_error_has_its_exit_code(error: NeedlelogError, code: Exit) -> None:
    assert exit_code(error) == code


def test_exit_codes_do_not_change() -> None:
    assert {one.name: one.value for one in Exit} == {
        "OK": 0,
        "FOUND_WRONG": 1,
        "USAGE": 2,
        "REFUSED": 3,
        "NOT_RUNNING": 4,
        "JOURNAL": 5,
        "UNAVAILABLE": 6,
        "INTERRUPTED": 130,
    }


def test_help_lists_every_command_and_the_exit_codes() -> None:
    answer = call("--help")
    assert answer.code == Exit.OK
    for name in COMMANDS:
        assert f"\n  {name} " in answer.out
    assert "4 no recorder is running" in answer.out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str) -> None:
    answer = call(name, "--help")
    assert answer.code == Exit.OK
    assert answer.out.startswith(f"Usage: needlelog {name} ")


def test_every_name_leads_to_a_command() -> None:
    group = cli
    assert isinstance(group, LazyGroup)
    for name in group.list_commands(click.Context(group)):
        assert isinstance(group.get_command(click.Context(group), name), click.Command)


def test_the_version_is_told() -> None:
    assert call("--version").out.startswith("needlelog, version ")


def test_every_answer_can_be_json() -> None:
    """Commands that answer have ``--json``; those that run, play or write files need none."""
    files = {"session bundle", "session export", "session report", "audit export", "audit report"}
    without = files | {"run", "console", "demo", "config check", "pen capture"}
    group = click.Context(cli)
    for path, command in _commands(group):
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options or path in without, path


def _commands(context: click.Context, prefix: str = "") -> list[tuple[str, click.Command]]:
    group = context.command
    assert isinstance(group, click.Group)
    found: list[tuple[str, click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        path = f"{prefix}{name}"
        if isinstance(command, click.Group):
            found += _commands(click.Context(command), f"{path} ")
        else:
            found.append((path, command))
    return found


def test_a_reader_that_has_enough_ends_the_output_quietly() -> None:
    done = subprocess.run(
        f"set -o pipefail; {NEEDLELOG} config show | head -c 1",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert done.stderr == b""
    assert done.returncode == 0


def test_an_error_goes_to_stderr_alone() -> None:
    answer = call_process("--config", "/nowhere.toml", "config", "show")
    assert (answer.out, answer.code) == ("", Exit.USAGE)
    assert answer.err.startswith("error: /nowhere.toml: ")
