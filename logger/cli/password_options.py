"""Where a command gets passwords from: the terminal, stdin or a file, never an argument."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from logger.errors import ConfigError


@dataclass(slots=True)
class Passwords:
    """Gives passwords in the order in which they are asked for."""

    place: str
    lines: Iterator[str] | None

    def ask(self, whose: str) -> str:
        """Return the password of ``whose`` (said in the prompt)."""
        if self.lines is None:
            _refuse_without_terminal()
            return str(click.prompt(f"Password of {whose}", hide_input=True, err=True))
        password = next(self.lines, "")
        if not password:
            raise ConfigError(
                self.place, f"the password of {whose} is missing", "Write one password a line"
            )
        return password

    def ask_new(self, whose: str) -> str:
        """Return a new password of ``whose``; at a terminal it is typed twice."""
        if self.lines is not None:
            return self.ask(whose)
        _refuse_without_terminal()
        prompt = f"New password of {whose}"
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, and :class:`Passwords` as its argument ``passwords``."""

    @click.option(
        "--password-stdin",
        is_flag=True,
        help="Read each password that would be asked for as a line of stdin, in that order.",
    )
    @click.option(
        "--password-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The same from a file.",
    )
    @wraps(command)
    def with_passwords(
        *arguments: Any, password_stdin: bool, password_file: Path | None, **named: Any
    ) -> Any:
        if password_stdin and password_file:
            raise click.UsageError("--password-stdin and --password-file exclude each other")
        return command(*arguments, passwords=_from(password_stdin, password_file), **named)

    return with_passwords


def _from(stdin: bool, file: Path | None) -> Passwords:
    if stdin:
        return _lines("stdin", sys.stdin.buffer.read())
    if file is None:
        return Passwords("", None)
    try:
        return _lines(str(file), file.read_bytes())
    except OSError as error:
        raise ConfigError(
            str(file), f"it cannot be read ({error.strerror})", "Name a file that can be read"
        ) from error


def _lines(place: str, content: bytes) -> Passwords:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(place, "this is no UTF-8 text", "Write passwords as UTF-8") from error
    return Passwords(place, iter([line.removesuffix("\r") for line in text.split("\n")]))


def _refuse_without_terminal() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(
            "there is no terminal to ask for the password; use --password-stdin or --password-file"
        )
