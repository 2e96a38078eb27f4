"""What ``needlelog queue list`` shows."""

from datetime import datetime
from typing import Any

import msgspec

from logger.cli.invocation import Invocation
from logger.command_socket import send_order
from logger.errors import CommandRefused, NotRunning
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.status import SinkStatus, Status

ITEMS_SHOWN = 100
_TEXT_SHOWN = 100


def queues(invocation: Invocation, sink: str | None, limit: int) -> list[dict[str, Any]]:
    """Return for each sink, or one, its backlog and up to ``limit`` of its quarantined items.

    ``state`` is None for a sink that no recorder serves now. CommandRefused for a sink
    of which nothing is known.
    """
    running = {one.name: one for one in _running_sinks(invocation)}
    with JournalReader(invocation.data_dir) as reader:
        cursors, held = reader.cursors(), reader.quarantine_held()
        names = sorted(running.keys() | cursors.keys() | held.keys())
        if sink is not None and sink not in names:
            known = ", ".join(names) or "none"
            raise CommandRefused(f"there is no sink {sink!r}", f"Known are: {known}")
        found = []
        for name in names if sink is None else [sink]:
            live = running.get(name)
            position = live.position if live else cursors[name].position if name in cursors else 0
            items = [_item(one) for one in reader.quarantine(name, limit=limit)]
            count = held[name].items if name in held else 0
            found.append(
                {
                    "sink": name,
                    **_backlog(reader, position),
                    "state": live.state if live else None,
                    "error": live.error if live else "",
                    "quarantined": count,
                    "items": items,
                }
            )
    return found


def _running_sinks(invocation: Invocation) -> tuple[SinkStatus, ...]:
    try:
        return msgspec.convert(send_order(invocation.data_dir, "status", {}), Status).sinks
    except NotRunning:
        return ()


def _backlog(reader: JournalReader, position: int) -> dict[str, Any]:
    first = reader.read(position, 1)
    return {
        "position": position,
        "depth": max(0, reader.last_position() - position),
        "oldest_unix_ns": first[0].time_ns if first else None,
    }


def _item(item: Quarantined) -> dict[str, Any]:
    return {
        "item": item.number,
        "position": item.position,
        "time_unix_ns": item.time_ns,
        "reason": item.reason,
        "text": item.item.decode("utf-8", "replace"),
    }


def backlog_lines(found: dict[str, Any]) -> list[str]:
    """Return the backlog of one sink as lines for a person."""
    state = found["state"] or "not running"
    if found["depth"]:
        behind = f"{found['depth']} entries behind, oldest from {_time(found['oldest_unix_ns'])}"
    else:
        behind = "up to date"
    line = f"sink {found['sink']}: {state}, {behind}, delivered up to position {found['position']}"
    return [line, f"  {found['error']}"] if found["error"] else [line]


def held_lines(found: dict[str, Any]) -> list[str]:
    """Return what lies in quarantine for one sink as lines for a person."""
    lines = []
    for item in found["items"]:
        text = item["text"]
        shown = text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}..."
        lines += [
            f"  item {item['item']} of position {item['position']}, refused "
            f"{_time(item['time_unix_ns'])}: {item['reason']}",
            f"    {shown}",
        ]
    more = found["quarantined"] - len(found["items"])
    return lines + ([f"  and {more} more in quarantine"] if more > 0 else [])


def _time(unix_ns: int) -> str:
    return datetime.fromtimestamp(unix_ns // 1_000_000_000).astimezone().isoformat(" ")
