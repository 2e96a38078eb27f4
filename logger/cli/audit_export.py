"""``needlelog audit export``: the trail of who did what, and when."""

from pathlib import Path

import click

from logger.archive.exports.trail import FORMS, TrailFilter, trail
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.priority import giving_way
from logger.cli.writing import write_texts
from logger.journal.reader import JournalReader
from logger.session.asked_times import since_unix_ns, until_unix_ns


@click.command()
@click.option("--since", metavar="TIME", help="From then on: ISO date or time.")
@click.option("--until", metavar="TIME", help="Before then; a date is that whole day.")
@click.option("--actor", metavar="ACCOUNT", help="What this account did.")
@click.option("--pen", metavar="SERIAL", help="What concerns this pen.")
@click.option("--session", metavar="ID", help="What concerns this session.")
@click.option("--kind", metavar="KIND", help="One kind of entry, or all of `session.`.")
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; else stdout.")
@pass_invocation
@giving_way
def export(
    invocation: Invocation,
    since: str | None,
    until: str | None,
    actor: str | None,
    pen: str | None,
    session: str | None,
    kind: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Write every entry of the journal but samples: who did what, when, and what was before.

    A time without zone is local time.
    """
    wanted = TrailFilter(
        since_unix_ns=since_unix_ns("--since", since),
        until_unix_ns=until_unix_ns("--until", until),
        actor=actor,
        pen=pen,
        session=session,
        kind=kind,
    )
    with JournalReader(invocation.data_dir) as reader:
        write_texts(FORMS[form](trail(reader, wanted)), out)
