"""A look at the journal that costs next to nothing, for those who know most of it already."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from logger.journal.connection import open_for_reading
from logger.journal.files import journal_path
from logger.journal.statements import statements


def has_any_after(data_dir: Path, journal: str, position: int, prefixes: Sequence[str]) -> bool:
    """Return whether an entry whose kind begins so, none of samples, lies beyond ``position``.

    True as well where that cannot be told: the journal has another id than ``journal``, or
    ends before ``position``. ConfigError if there is no journal, JournalError or apsw.Error
    if it cannot be read; what else is wrong with it is for a reader to tell.
    """
    statement = statements("glance")
    connection = open_for_reading(journal_path(data_dir)).connection
    try:
        whole: Any = connection.execute(statement["whole"]).fetchone()
        if whole is None:
            return True
        found, last = whole
        if found != journal or last < position:
            return True
        bindings = {"after": position, "prefixes": json.dumps(list(prefixes))}
        answer: Any = connection.execute(statement["any_after"], bindings).fetchone()
        return bool(answer[0])
    finally:
        connection.close()
