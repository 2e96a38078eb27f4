"""A table of a page as CSV: the same rows, all of them, with numbers that a program can read."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from logger.archive.report.wording import NOTHING
from logger.archive.report.zones import Range
from logger.review.words import Words
from logger.session.model import Spread

MEDIA_TYPE = "text/csv; charset=utf-8"
_NS_PER_S = 1_000_000_000


class PlainWords(Words):
    """Words for a file: ISO 8601, a point in numbers and nothing between thousands."""

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number with so many digits behind the point."""
        return NOTHING if value is None else f"{value:.{digits}f}"

    def span(self, seconds: float | None) -> str:
        """Return a length of time in seconds."""
        return NOTHING if seconds is None else f"{seconds:.1f} s"

    def spread(self, spread: Spread | Range | None, digits: int) -> str:
        """Return the mean, and behind it the lowest and the highest value."""
        return super().spread(spread, digits).replace("\n", " ")

    def moment(self, unix_ns: int | None) -> str:
        """Return date and local time with its offset, to the second."""
        if unix_ns is None:
            return NOTHING
        moment = datetime.fromtimestamp(unix_ns // _NS_PER_S, UTC)
        return moment.astimezone().isoformat()


def as_csv(listing: dict[str, Any]) -> str:
    """Return the table after RFC 4180, under a header; a line break in a title is a blank."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(column["title"].replace("\n", " ") for column in listing["columns"])
    writer.writerows(listing["rows"])
    return buffer.getvalue()
