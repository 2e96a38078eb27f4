"""Everything but samples as InfluxDB line protocol: events and session summaries."""

from collections.abc import Mapping

from drivers.escape import escape_tag
from drivers.model import is_simulated
from logger.journal.entry import Entry
from logger.session.assignment import Assignment
from logger.sinks.allow import PublicEvent, Value
from logger.sinks.line_protocol import tags_of

EVENT = "pen_event"
HEAD_POINT = "journal_head"
SUMMARY = "session_summary"


def event_line(site: str, entry: Entry, event: PublicEvent, assignment: Assignment | None) -> str:
    """Return ``event`` as a line whose time no other event of the journal has."""
    tags = tags_of(EVENT, escape_tag(site), entry.stream, is_simulated(entry.stream), assignment)
    fields = _fields({**event.fields, "position": entry.position})
    return f"{tags},event={event.name} {fields} {event_time_ns(event, entry.position)}"


def event_time_ns(event: PublicEvent, position: int) -> int:
    """Return the event's time to the µs; its last three digits are those of the position.

    Entries of one commit may have one time, and points of one time overwrite each other.
    """
    return event.time_unix_ns // 1000 * 1000 + position % 1000


def summary_line(
    site: str, entry: Entry, assignment: Assignment | None, summary: Mapping[str, float]
) -> str | None:
    """Return the numbers of a session as a line at the time of its stop; None without any."""
    numbers = {name: value for name, value in summary.items() if isinstance(value, int | float)}
    if assignment is None or not numbers:
        return None
    source = "simulated" if is_simulated(entry.stream) else "pen"
    tags = (
        f"{SUMMARY},pen={escape_tag(entry.stream)},session={escape_tag(assignment.session)},"
        f"site={escape_tag(site)},source={source}"
    )
    return f"{tags} {_fields(numbers)} {entry.time_ns}"


def head_line(site: str, entry: Entry, event: PublicEvent) -> str:
    """Return a signed head as a line; its signature as the bare base64, on one line."""
    fields = dict(event.fields) | {"position": entry.position}
    armoured = str(fields["signature"]).splitlines()
    fields["signature"] = "".join(line for line in armoured if not line.startswith("-"))
    tags = f"{HEAD_POINT},journal={fields.pop('journal')},site={escape_tag(site)}"
    return f"{tags} {_fields(fields)} {event_time_ns(event, entry.position)}"


def _fields(fields: Mapping[str, Value]) -> str:
    return ",".join(f"{name}={_field(value)}" for name, value in fields.items())


def _field(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return f"{value}i"
        case float():
            return repr(value)
        case _:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
