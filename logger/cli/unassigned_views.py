"""Unassigned work as lines of text."""

from collections.abc import Sequence

from logger.cli.time_texts import time_text
from logger.session.unassigned import UnassignedWork


def unassigned_lines(work: Sequence[UnassignedWork]) -> list[str]:
    """Return a line a stretch under a header, or that there is none."""
    if not work:
        return ["nothing was recorded with the motor on outside sessions"]
    header = f"{'pen':<16} {'from (local time)':<20} {'to':<20} {'motor on':>10}  positions"
    return [header, *(_line(one) for one in work)]


def _line(one: UnassignedWork) -> str:
    mark = " SIMULATED" if one.simulated else ""
    return (
        f"{one.pen:<16} {time_text(one.from_unix_ns):<20} {time_text(one.to_unix_ns):<20} "
        f"{one.motor_on_s:>8.1f} s  {one.from_position} to {one.to_position}{mark}"
    )
