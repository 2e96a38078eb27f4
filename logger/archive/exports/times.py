"""Times as exports write them: UTC, and local beside it, with all nine digits."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TypeAlias

NS_PER_S = 1_000_000_000
_SECOND_LONG = len("2026-11-22T08:07:00")

Around: TypeAlias = Callable[[int, int], tuple[str, str]]
"""Gives the text before and after the nine digits of a fraction: the same for a whole second.

Asked with the second (Unix time) and the number of the first row that lies in it.
"""


def utc_text(unix_ns: int) -> str:
    """Return a time as ISO 8601 in UTC with all nine digits: ``2026-11-22T08:07:00.000000001Z``."""
    seconds, fraction_ns = divmod(unix_ns, NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction_ns:09d}Z"


def local_text(unix_ns: int, zone: tzinfo | None) -> str:
    """Return a time in ``zone`` with its offset: ``2026-11-22T09:07:00.000000001+01:00``.

    None is the machine's zone.
    """
    seconds, fraction_ns = divmod(unix_ns, NS_PER_S)
    before, offset = _local(seconds, zone)
    return f"{before}.{fraction_ns:09d}{offset}"


def utc_around(second: int, _row: int) -> tuple[str, str]:
    """Return what stands before and after the digits of a second's fraction in UTC."""
    return datetime.fromtimestamp(second, UTC).isoformat()[:_SECOND_LONG] + ".", "Z"


def local_around(zone: tzinfo | None) -> Around:
    """Return what gives the same for times in ``zone``; None is the machine's."""

    def around(second: int, _row: int) -> tuple[str, str]:
        before, offset = _local(second, zone)
        return f"{before}.", offset

    return around


def _local(second: int, zone: tzinfo | None) -> tuple[str, str]:
    local = datetime.fromtimestamp(second, UTC).astimezone(zone).isoformat()
    return local[:_SECOND_LONG], local[_SECOND_LONG:]
