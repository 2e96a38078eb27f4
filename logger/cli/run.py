"""``needlelog run``: record and deliver, until told to stop."""

import asyncio
import logging
import sys

import click

from logger.cli.invocation import Invocation, pass_invocation


@click.command()
@pass_invocation
def run(invocation: Invocation) -> None:
    """Record all pens of the settings and deliver to the sinks, until SIGTERM or Ctrl-C."""
    from logger.service import run_service  # noqa: PLC0415 - other commands need not load it
    from logger.service.allocator import keep_one_heap  # noqa: PLC0415 - as above

    settings = invocation.settings
    logging.basicConfig(
        stream=sys.stdout,
        level=settings.log.level.upper(),
        format="%(levelname)s %(name)s: %(message)s",
    )
    keep_one_heap()
    asyncio.run(run_service(settings))
