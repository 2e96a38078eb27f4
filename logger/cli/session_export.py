"""``needlelog session export``: sessions as files for others to read."""

from collections.abc import Iterator
from pathlib import Path

import click

from logger.archive.exports.forms import PARQUET, TEXT_FORMS, export_texts
from logger.archive.exports.source import Source
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.priority import giving_way
from logger.cli.search_options import search_options
from logger.cli.writing import cannot_write, write_texts
from logger.errors import CommandRefused, ConfigError
from logger.journal.reader import JournalReader
from logger.session.index import SessionFilter
from logger.session.model import Session
from logger.session.store import Sessions, load_sessions


@click.command()
@click.argument("session_ids", metavar="[ID...]", nargs=-1)
@search_options
@click.option(
    "--format",
    "form",
    type=click.Choice([*TEXT_FORMS, PARQUET]),
    default="csv",
    show_default=True,
    help="csv, jsonl: samples; json: records; parquet: both; fhir: a Bundle a line.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file, else stdout; a directory for parquet.",
)
@pass_invocation
@giving_way
def export(
    invocation: Invocation,
    session_ids: tuple[str, ...],
    form: str,
    out: Path | None,
    wanted: SessionFilter,
) -> None:
    """Write sessions: those that are named, or all that are everything that is asked for.

    One session or many have the same form, oldest first, and are read one at a time.
    """
    if session_ids and wanted != SessionFilter():
        raise ConfigError("session export", "names and a search", "Give ids or a search, not both")
    if not session_ids and wanted == SessionFilter():
        raise ConfigError("session export", "no session", "Give an ID, or a search such as --since")
    with (
        load_sessions(invocation.data_dir) as sessions,
        JournalReader(invocation.data_dir) as reader,
    ):
        source = Source(reader)
        chosen = _chosen(sessions, source, session_ids, wanted)
        if form == PARQUET:
            _write_parquet(source, chosen, invocation.data_dir, out)
            return
        site = invocation.settings.site if form == "fhir" else ""
        write_texts(export_texts(source, chosen, form, site), out)


def _chosen(
    sessions: Sessions, source: Source, session_ids: tuple[str, ...], wanted: SessionFilter
) -> Iterator[Session]:
    """Return the sessions one by one; CommandRefused at once if one cannot be had."""
    lines = sessions.search(wanted)[::-1]
    if session_ids:
        known = {line.id: line for line in lines}
        for name in session_ids:
            if name not in known:
                mend = "See `needlelog session list`"
                raise CommandRefused(f"there is no session {name}", mend)
        lines = [known[name] for name in session_ids]
    if not lines:
        raise CommandRefused("no session is so", "Ask for less; see `needlelog session list`")
    first = min(lines, key=lambda line: line.started_position)
    source.check_reach(first.id, first.started_position)
    return (one for line in lines if (one := sessions.session(line.id)) is not None)


def _write_parquet(
    source: Source, chosen: Iterator[Session], data_dir: Path, out: Path | None
) -> None:
    if out is None:
        raise ConfigError("--format parquet", "no directory", "Name one with --out")
    from logger.archive.exports.parquet import write_parquet  # noqa: PLC0415 - loads slowly

    try:
        count = write_parquet(source, chosen, data_dir, out)
    except OSError as error:
        raise cannot_write(out, error) from error
    click.echo(f"{count} files written to {out}", err=True)
