"""The options by which sessions are looked for: the same for ``list`` and ``export``."""

from collections.abc import Callable
from functools import wraps
from typing import Any, get_args

import click

from logger.session.asked_times import since_unix_ns, until_unix_ns
from logger.session.index import SessionFilter
from logger.session.legs import SIDES, ZONES, parse_zone
from logger.session.summary import DeviationKind

DEVIATIONS = ("any", *get_args(DeviationKind))

_OPTIONS = (
    click.option("--since", metavar="TIME", help="Started then or later: ISO date or time."),
    click.option("--until", metavar="TIME", help="Started before; a date is that whole day."),
    click.option("--pen", metavar="SERIAL", help="Of this pen."),
    click.option("--practitioner", metavar="CODE", help="Of this account or code."),
    click.option("--client", metavar="CODE", help="Of the client of this code."),
    click.option("--side", type=click.Choice(list(SIDES)), help="With a segment on this side."),
    click.option("--zone", metavar="ZONE", help=f"With a segment there: {', '.join(ZONES)}."),
    click.option("--plan", metavar="NAME[@VERSION]", help="By this plan."),
    click.option("--indication", metavar="WORD", help="For this indication."),
    click.option(
        "--deviation",
        type=click.Choice(DEVIATIONS),
        help="With such a deviation; on that side and zone, if given.",
    ),
)


def search_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options, as one argument ``wanted``: a :class:`SessionFilter`.

    A time without zone is local time. ConfigError or CommandRefused for what is none.
    """

    @wraps(command)
    def filtered(
        *arguments: Any,
        since: str | None,
        until: str | None,
        zone: str | None,
        pen: str | None,
        practitioner: str | None,
        client: str | None,
        side: str | None,
        plan: str | None,
        indication: str | None,
        deviation: str | None,
        **others: Any,
    ) -> Any:
        wanted = SessionFilter(
            since_unix_ns=since_unix_ns("--since", since),
            until_unix_ns=until_unix_ns("--until", until),
            pen=pen,
            practitioner=practitioner,
            client=client,
            side=side,
            zone=None if zone is None else parse_zone(zone),
            plan=plan,
            indication=indication,
            deviation=deviation,
        )
        return command(*arguments, wanted=wanted, **others)

    for option in reversed(_OPTIONS):
        filtered = option(filtered)
    return filtered
