"""Deletes points under their former tags, so that they can be written under new ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from drivers.escape import escape_tag
from logger.session.assignment import Assignment, Retag
from logger.sinks.allow import public_event
from logger.sinks.influx_points import EVENT, event_time_ns
from logger.sinks.line_protocol import TELEMETRY, tag_values
from logger.sinks.sink import Labelled


@dataclass(frozen=True, slots=True)
class Stretch:
    """Times of one measurement, both included, UTC in ns."""

    measurement: str
    from_unix_ns: int
    to_unix_ns: int


def stretches(batch: Sequence[Labelled]) -> Iterator[Stretch]:
    """Yield the times of what ``batch`` holds, never reaching over a step of the clock.

    Consecutive blocks under one anchor are one stretch; each event is one of its own.
    """
    run: tuple[int, int, int] | None = None
    for item in batch:
        if item.block is None:
            event = public_event(item.entry)
            if event is not None:
                time_ns = event_time_ns(event, item.entry.position)
                yield Stretch(EVENT, time_ns, time_ns)
            continue
        times, anchor = item.block.utc_ns(), item.block.anchor.number
        first, last = int(times[0]), int(times[-1])
        if run is not None and run[0] == anchor and run[2] < first:
            run = (anchor, run[1], last)
            continue
        if run is not None:
            yield Stretch(TELEMETRY, run[1], run[2])
        run = (anchor, first, last)
    if run is not None:
        yield Stretch(TELEMETRY, run[1], run[2])


def predicate(measurement: str, site: str, pen: str, former: Assignment | None) -> str:
    """Return what names the points of ``pen`` under their former tags, for the delete API."""
    session, side, zone = tag_values(former)
    tags = {
        "_measurement": measurement,
        "site": _stored(site),
        "pen": _stored(pen),
        "session": _stored(session),
        "side": side,
        "zone": zone,
    }
    return " AND ".join(f'{tag}="{quoted(value)}"' for tag, value in tags.items())


def _stored(name: str) -> str:
    """Return a tag value as the database holds it, without the backslashes of the line."""
    return escape_tag(name).replace("\\", "")


def quoted(value: str) -> str:
    """Return ``value`` as it stands between quotes in a predicate."""
    return value.replace("\\", "\\\\").replace('"', '\\"')


def rfc3339(unix_ns: int) -> str:
    """Return a time for the delete API, to the ns."""
    seconds, ns = divmod(unix_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ns:09d}Z"


def former_tags_note(retag: Retag) -> str:
    """Return the sentence for a person where the server cannot delete."""
    session, side, zone = tag_values(retag.former)
    return (
        f"the database cannot delete: pen {retag.stream}, positions {retag.from_position} to "
        f"{retag.to_position} are there with former tags too "
        f"(session {session}, side {side}, zone {zone})"
    )
