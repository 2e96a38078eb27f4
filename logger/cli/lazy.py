"""Groups whose commands are imported when they are called, so that each starts fast."""

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that knows where its commands stand."""

    def __init__(self, *arguments: Any, commands_at: Mapping[str, str], **attributes: Any) -> None:
        """``commands_at`` gives ``"module:attribute"`` by name of the command."""
        super().__init__(*arguments, **attributes)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, sorted."""
        return sorted(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        if cmd_name not in self._commands_at:
            return None
        module, name = self._commands_at[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command
