"""A table of a report: what its columns are, and its rows as text."""

from collections.abc import Sequence
from typing import Any

from logger.archive.report.wording import Wording

ROWS_MAX = 60
"""A longer table is cut; all of it is in the attached data."""

NARROW, NUMBER, WIDE = "narrow", "number", "wide"


def listing(
    wording: Wording,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    file: str = "",
    rows_max: int = ROWS_MAX,
) -> dict[str, Any]:
    """Return a table; ``columns`` are the key of the title and one of the three forms.

    Rows beyond ``rows_max`` are counted, and ``file`` named, which has them all.
    """
    cut = max(0, len(rows) - rows_max)
    return {
        "columns": [
            {
                "title": wording.word(title),
                "align": "right" if form == NUMBER else "left",
                "width": "fill" if form == WIDE else "auto",
            }
            for title, form in columns
        ],
        "rows": [list(row) for row in rows[:rows_max]],
        "more": wording.word("more", count=cut, file=file) if cut else "",
    }
