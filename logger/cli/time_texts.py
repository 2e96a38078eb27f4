"""Times as people read them on the command line: local."""

from datetime import UTC, datetime


def time_text(unix_ns: int | None, unknown: str = "-") -> str:
    """Return a time as local date and time of day, ``unknown`` for None."""
    if unix_ns is None:
        return unknown
    local = datetime.fromtimestamp(unix_ns / 1e9, UTC).astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S")
