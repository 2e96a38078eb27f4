"""``needlelog``: finds the command, and makes every expected error one line and an exit code."""

import os
import sys
from pathlib import Path

import click

from logger import __version__
from logger.cli.exits import Exit
from logger.cli.invocation import Invocation
from logger.cli.lazy import LazyGroup
from logger.errors import (
    CommandRefused,
    ConfigError,
    JournalError,
    LinkLost,
    NeedlelogError,
    NotRunning,
    SinkUnavailable,
)

COMMANDS = {
    "account": "logger.cli.account:account",
    "archive": "logger.cli.archive:archive",
    "audit": "logger.cli.audit:audit",
    "client": "logger.cli.client:client",
    "config": "logger.cli.config:config",
    "console": "logger.cli.console:console",
    "demo": "logger.cli.demo:demo",
    "head": "logger.cli.head:head_cli",
    "hold": "logger.cli.hold:hold",
    "key": "logger.cli.key:key",
    "pen": "logger.cli.pen:pen",
    "ports": "logger.cli.ports:ports",
    "queue": "logger.cli.queue:queue",
    "recover": "logger.cli.recover:recover_cli",
    "run": "logger.cli.run:run",
    "session": "logger.cli.session:session",
    "simulate": "logger.cli.simulate:simulate",
    "status": "logger.cli.status:status",
    "verify": "logger.cli.verify:verify_cli",
}
"""Where each command stands. A command's module is imported only when it is called."""


class Needlelog(LazyGroup):
    """The outermost group."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; whoever reads its output may stop at any time."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Click would end with 1, which means something else here; and Python would
            # complain once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return Exit.OK


@click.group(cls=Needlelog, commands_at=COMMANDS)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file. [env: NEEDLELOG_CONFIG]",
)
@click.option("--data-dir", metavar="DIR", help="Where the journal lies.")
@click.option(
    "--set",
    "assignments",
    metavar="KEY=VALUE",
    multiple=True,
    help="One setting, such as mqtt.host=broker; may be repeated.",
)
@click.version_option(__version__, prog_name="needlelog")
@click.pass_context
def cli(
    ctx: click.Context, config: Path | None, data_dir: str | None, assignments: tuple[str, ...]
) -> None:
    """Record microneedling pens, for every treatment session on a leg.

    Exit codes: 0 done, 1 a check found something wrong, 2 usage or settings, 3 refused,
    4 no recorder is running, 5 the journal, 6 port or receiver out of reach, 130 Ctrl-C.
    """
    flags = {}
    for assignment in assignments:
        key, separator, value = assignment.partition("=")
        if not separator or not key:
            raise ConfigError(f"flag --set {assignment}", "no KEY=VALUE", "Write key=value")
        flags[key] = value
    if data_dir is not None:
        flags["data_dir"] = data_dir
    ctx.obj = Invocation(config, flags)


def main() -> None:
    """Run the command line; never shows a traceback for an error that was foreseen."""
    try:
        code = cli(prog_name="needlelog", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        code = Exit.INTERRUPTED
    except NeedlelogError as error:
        click.echo(f"error: {error}", err=True)
        code = exit_code(error)
    sys.exit(code if isinstance(code, int) else Exit.OK)


def exit_code(error: NeedlelogError) -> Exit:
    """Return the exit code by which a script can tell ``error``."""
    match error:
        case ConfigError():
            return Exit.USAGE
        case JournalError():
            return Exit.JOURNAL
        case LinkLost() | SinkUnavailable():
            return Exit.UNAVAILABLE
        case NotRunning():
            return Exit.NOT_RUNNING
        case CommandRefused():
            return Exit.REFUSED
    return Exit.FOUND_WRONG


if __name__ == "__main__":
    main()
