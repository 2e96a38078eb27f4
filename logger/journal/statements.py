"""The journal's SQL by name; it stands in ``schema/*.sql`` only."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SCHEMA = Path(__file__).with_name("schema")
_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def statements(file: str = "statements") -> Mapping[str, str]:
    """Return every statement of ``schema/<file>.sql`` by the name that stands above it."""
    text = (_SCHEMA / f"{file}.sql").read_text("utf-8")
    _, *parts = _NAME.split(text)
    return {name: sql.strip() for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def statement(name: str) -> str:
    """Return the statement called ``name`` of the journal itself."""
    return statements()[name]
