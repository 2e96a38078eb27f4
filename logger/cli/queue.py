"""``needlelog queue``: what a sink has yet to get, and what its receiver refused."""

import json
from datetime import datetime
from typing import Any

import click

from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.queue_views import ITEMS_SHOWN, backlog_lines, held_lines, queues
from logger.command_socket import send_order
from logger.errors import ConfigError, NotRunning
from logger.journal.quarantine import NAMED_AT_ONCE
from logger.journal.reader import JournalReader

RETRIED_AT_ONCE = 50

_json = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
_sink = click.argument("sink", metavar="SINK")
_items = click.argument("items", metavar="[ITEM...]", type=click.IntRange(min=1), nargs=-1)


@click.group()
def queue() -> None:
    """Look after what sinks have yet to get, and what their receivers refused for good."""


@queue.command("list")
@click.argument("sink", metavar="[SINK]", required=False)
@click.option("--limit", default=ITEMS_SHOWN, show_default=True, help="Items shown of each sink.")
@_json
@pass_invocation
def list_queues(invocation: Invocation, sink: str | None, limit: int, as_json: bool) -> None:
    """Show the backlog of each sink, and what lies in quarantine."""
    found = queues(invocation, sink, limit)
    if as_json:
        click.echo(json.dumps({"sinks": found}))
        return
    for one in found:
        for line in [*backlog_lines(one), *held_lines(one)]:
            click.echo(line)
    if not found:
        click.echo("no sink is set, and nothing lies in quarantine")


@queue.command()
@_sink
@click.option("--since", required=True, metavar="TIME|POSITION", help="ISO time or a position.")
@_json
@pass_invocation
def replay(invocation: Invocation, sink: str, since: str, as_json: bool) -> None:
    """Deliver again to SINK (mqtt, influx) all that was recorded since a time or position.

    Receivers drop repeats: the database by measurement, tags and time, subscribers by
    journal id and position. A time without zone is local time.
    """
    answer = send_order(invocation.data_dir, "queue.replay", {"sink": sink} | _start(since))
    _tell(
        answer,
        as_json,
        f"{sink}: delivering again from position {answer['from_position']} "
        f"to {answer['to_position']}",
    )


@queue.command()
@_sink
@_items
@click.option("--all", "everything", is_flag=True, help="All that lies in quarantine.")
@_json
@pass_invocation
def retry(
    invocation: Invocation, sink: str, items: tuple[int, ...], everything: bool, as_json: bool
) -> None:
    """Offer quarantined ITEMs to SINK again; those accepted leave the quarantine.

    Exit code 1 if any of them is refused still.
    """
    numbers = _chosen(invocation, sink, items, everything)
    total: dict[str, Any] = {"sink": sink, "accepted": [], "refused": []}
    for some in _pages(numbers, RETRIED_AT_ONCE):
        answer = send_order(invocation.data_dir, "queue.retry", {"sink": sink, "items": some})
        total["accepted"] += answer["accepted"]
        total["refused"] += answer["refused"]
    words = [f"  item {one['item']}: {one['reason']}" for one in total["refused"]]
    counts = f"{len(total['accepted'])} accepted, {len(total['refused'])} refused still"
    _tell(total, as_json, "\n".join([f"{sink}: {counts}", *words]))
    if total["refused"]:
        click.get_current_context().exit(Exit.FOUND_WRONG)


@queue.command()
@_sink
@_items
@click.option("--all", "everything", is_flag=True, help="All that lies in quarantine.")
@click.option("--backlog", is_flag=True, help="Give up what is not delivered yet, up to now.")
@click.option("--reason", required=True, help="Why; it stays in the journal.")
@_json
@pass_invocation
def drop(
    invocation: Invocation,
    sink: str,
    items: tuple[int, ...],
    everything: bool,
    backlog: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Drop quarantined ITEMs of SINK, or its backlog. The journal keeps what was recorded.

    Each drop is an entry of the journal, with who and why. `queue replay` delivers what
    was given up after all.
    """
    if backlog and (items or everything):
        raise click.UsageError("--backlog goes alone: neither ITEM nor --all")
    if backlog:
        _give_up(invocation, sink, reason, as_json)
        return
    dropped: list[int] = []
    for some in _pages(_chosen(invocation, sink, items, everything), NAMED_AT_ONCE):
        order = {"sink": sink, "items": some, "reason": reason}
        dropped += _ordered(invocation, "queue.drop", order)["dropped"]
    _tell({"sink": sink, "dropped": dropped}, as_json, f"{sink}: {len(dropped)} item(s) dropped")


def _give_up(invocation: Invocation, sink: str, reason: str, as_json: bool) -> None:
    order = {"sink": sink, "reason": reason}
    answer = _ordered(invocation, "queue.give_up", order)
    first, last = answer["from_position"], answer["to_position"]
    words = "there is no backlog" if first is None else f"given up from position {first} to {last}"
    _tell(answer, as_json, f"{sink}: {words}")


def _ordered(invocation: Invocation, order: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Have the recorder carry it out, or do it with the lock where none runs."""
    try:
        answer: dict[str, Any] = send_order(invocation.data_dir, order, arguments)
    except NotRunning:
        if not (invocation.data_dir / "journal.db").exists():
            raise
        from logger.cli.queue_alone import ALONE  # noqa: PLC0415 - it loads the service

        return ALONE[order](invocation, **arguments)
    return answer


def _chosen(
    invocation: Invocation, sink: str, items: tuple[int, ...], everything: bool
) -> list[int]:
    if everything == bool(items):
        raise click.UsageError("name either ITEMs or --all")
    if items:
        return list(dict.fromkeys(items))
    with JournalReader(invocation.data_dir) as reader:
        return reader.quarantined_numbers(sink)


def _pages(numbers: list[int], size: int) -> list[list[int]]:
    return [numbers[first : first + size] for first in range(0, len(numbers), size)]


def _start(since: str) -> dict[str, int]:
    if since.isascii() and since.isdigit():
        return {"position": int(since)}
    try:
        return {"since_unix_ns": int(datetime.fromisoformat(since).timestamp() * 1e9)}
    except ValueError:
        raise ConfigError(
            f"--since {since}",
            "neither a position nor an ISO time",
            "Write 2026-05-04T09:30, 2026-05-04T09:30+02:00 or 12345",
        ) from None


def _tell(answer: dict[str, Any], as_json: bool, words: str) -> None:
    click.echo(json.dumps(answer) if as_json else words)
