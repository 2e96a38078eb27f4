"""Numbered SQL files bring a journal from one schema version to the next.

The version is the file's ``user_version``; migration n leads from n-1 to n. All that
are due run in one transaction, so that a crash leaves the old schema or the new one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import apsw

from logger.errors import JournalError

_FILE = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """``sql`` leads from schema ``number - 1`` to schema ``number``."""

    number: int
    name: str
    sql: str


def load_migrations(folder: Traversable) -> list[Migration]:
    """Return the migrations of ``folder`` in order; JournalError if a number is missing."""
    found = [
        Migration(int(match[1]), match[2], file.read_text("utf-8"))
        for file in folder.iterdir()
        if (match := _FILE.fullmatch(file.name))
    ]
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise JournalError(f"the migrations in {folder} are not numbered 1, 2, 3 …")
    return found


@cache
def shipped_migrations() -> tuple[Migration, ...]:
    """Return the migrations that belong to this version of needlelog."""
    return tuple(load_migrations(files("logger.journal").joinpath("schema")))


def migrate(connection: apsw.Connection, migrations: Sequence[Migration]) -> int:
    """Bring the file up to the newest of ``migrations`` in one transaction; return its version."""
    version: int = connection.pragma("user_version")
    due = migrations[version:]
    if not due:
        return version
    with connection:
        for migration in due:
            connection.execute(migration.sql)
        connection.pragma("user_version", due[-1].number)
    return due[-1].number
