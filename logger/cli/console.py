"""``needlelog console``: serve the review console, until told to stop."""

import logging
import sys

import click

from logger.cli.invocation import Invocation, pass_invocation


@click.command()
@pass_invocation
def console(invocation: Invocation) -> None:
    """Serve the review console to browsers, until SIGTERM or Ctrl-C.

    It reads the record beside the recorder. Without a certificate it listens on loopback only.
    """
    from logger.review.serving import serve  # noqa: PLC0415 - other commands need not load it

    settings = invocation.settings
    logging.basicConfig(
        stream=sys.stderr,
        level=max(logging.WARNING, logging.getLevelName(settings.log.level.upper())),
        format="%(levelname)s %(name)s: %(message)s",
    )
    serve(settings.console, settings.site, settings.data_dir, _say, settings.plans_file)


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()
