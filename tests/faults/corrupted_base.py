"""Data directories as a recorder leaves them, and where each of their entries lies."""

import shutil
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import apsw

from logger.journal import kinds
from logger.journal.connection import PAGE_BYTES
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.files import JOURNAL_FILE, wal_path
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.session.store import open_sessions
from tests.support.stories import Story, host_time, sample_block

OPEN_SESSION = "20261122-open"
_FRAME_BYTES = 24 + PAGE_BYTES
_WAL_HEADER_BYTES = 32
_BLOCKS = 90


@dataclass(frozen=True, slots=True)
class Place:
    """A page where it is believed: in which file, and from which byte on."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Base:
    """A data directory, all that was committed in it, and the pages that each entry needs."""

    name: str
    directory: Path
    entries: Mapping[int, Entry]
    needs: Mapping[int, Sequence[Place]]
    pages: Mapping[str, Sequence[Place]] = field(default_factory=dict)

    def copy(self, to: Path) -> Path:
        """Return a copy to be damaged."""
        return Path(shutil.copytree(self.directory, to))


def make_bases(place: Path, seed: int) -> list[Base]:
    """Return a journal that was closed, one of a killed recorder, and one with free pages."""
    return [
        _make(place / "closed", seed, _closed),
        _make(place / "killed", seed, _killed),
        _make(place / "pruned", seed, _pruned),
    ]


def _make(place: Path, seed: int, leave: Callable[[Path, Path, Story], None]) -> Base:
    live = place.with_name(f"{place.name}-live")
    story = _story(Random(seed))
    leave(live, place, story)
    with _copied(place) as copy:
        with JournalReader(copy) as reader:
            entries = {entry.position: entry for entry in reader.entries()}
        needs, pages = _map(copy / JOURNAL_FILE, _locator(place / JOURNAL_FILE))
    return Base(place.name, place, entries, needs, pages)


def _story(random: Random) -> Story:
    """Return a session that was stopped, and one that is open on its second zone."""
    story = Story(encoded=True)
    story.identified()
    story.started(needles=11)
    for number in range(_BLOCKS):
        if number == _BLOCKS // 2:
            story.stopped()
            story.started(OPEN_SESSION)
        rows = random.choice((5, 20, 20, 60, 400))
        values = [random.randrange(1 << 15) for _ in range(rows)]
        story.samples(sample_block(rows, first=1000 * number, rate_dhz=values))
    story.append(kinds.SegmentStarted(session=OPEN_SESSION, side="right", zone="lateral-ankle"))
    for number in range(_BLOCKS, _BLOCKS + 30):
        story.samples(sample_block(40, first=1000 * number))
    return story


def _append(journal: Journal, entries: Sequence[Entry]) -> None:
    for first in range(0, len(entries), 3):
        piece = entries[first : first + 3]
        drafts = [Draft(one.kind, one.stream, one.actor, one.payload or b"") for one in piece]
        reached = journal.last_position
        refused = [Quarantined("influx", reached, b"x" * 50, "no")] if first % 30 == 0 else []
        journal.append(drafts, {"mqtt": Cursor(reached, reached)}, refused)


def _record(live: Path, story: Story, share: float) -> None:
    with Journal.open(live, host_time) as journal:
        _append(journal, story.entries[: int(len(story.entries) * share)])
        store, _ = open_sessions(live)
        store.close()


def _closed(live: Path, to: Path, story: Story) -> None:
    _record(live, story, 1.0)
    shutil.copytree(live, to)


def _killed(live: Path, to: Path, story: Story) -> None:
    _record(live, story, 0.6)
    with Journal.open(live, host_time) as journal:
        _append(journal, story.entries[int(len(story.entries) * 0.6) :])
        shutil.copytree(live, to)


def _pruned(live: Path, to: Path, story: Story) -> None:
    _record(live, story, 1.0)
    connection = apsw.Connection(str(live / JOURNAL_FILE))
    connection.execute(
        "UPDATE entry SET payload = NULL WHERE kind = 'samples' AND position BETWEEN 20 AND 50"
    )
    connection.close()
    shutil.copytree(live, to)


@contextmanager
def _copied(place: Path) -> Iterator[Path]:
    """Give a copy to look into: SQLite changes what lies beside a file that it opens."""
    copy = Path(shutil.copytree(place, place.with_name(f"{place.name}-seen")))
    try:
        yield copy
    finally:
        shutil.rmtree(copy)


def _map(
    journal: Path, where: Callable[[int], Place]
) -> tuple[dict[int, list[Place]], dict[str, list[Place]]]:
    """Return by position which pages an entry needs, and all pages by what they are.

    SQLite's own account of its pages (dbstat) tells.
    """
    connection = apsw.Connection(str(journal))
    rows: list[Any] = connection.execute(
        "SELECT path, pageno, pagetype, ncell FROM dbstat WHERE name = 'entry' ORDER BY path"
    ).fetchall()
    positions: list[Any] = connection.execute("SELECT position FROM entry ORDER BY 1").fetchall()
    kinds_of_page: list[Any] = connection.execute("SELECT pagetype, pageno FROM dbstat").fetchall()
    known = {1} | {page for _, page in kinds_of_page}
    count = connection.pragma("page_count")
    connection.close()
    pages: dict[str, list[Place]] = {"header": [where(1)]}
    for kind, page in kinds_of_page:
        pages.setdefault(str(kind), []).append(where(page))
    pages["beside"] = [where(page) for page in range(2, count + 1) if page not in known]
    return _needs(rows, (at for (at,) in positions), where), pages


def _needs(
    rows: Sequence[tuple[str, int, str, int]],
    positions: Iterator[int],
    where: Callable[[int], Place],
) -> dict[int, list[Place]]:
    needs: dict[int, list[Place]] = {}
    of_cell: dict[str, int] = {}
    for path, page, kind, cells in rows:
        if kind == "leaf":
            for cell in range(cells):
                position = next(positions)
                needs[position] = [where(page)]
                of_cell[f"{path}{cell:03x}"] = position
    for path, page, kind, _ in rows:
        if kind == "overflow":
            needs[of_cell[path.partition("+")[0]]].append(where(page))
    return needs


def _locator(journal: Path) -> Callable[[int], Place]:
    """Return where SQLite takes a page from: its newest frame of the log, or the file."""
    newest: dict[int, int] = {}
    log = wal_path(journal)
    content = log.read_bytes() if log.exists() else b""
    for offset in range(_WAL_HEADER_BYTES, len(content) - _FRAME_BYTES + 1, _FRAME_BYTES):
        if content[offset + 8 : offset + 16] == content[16:24]:
            (page,) = struct.unpack_from(">I", content, offset)
            newest[page] = offset

    def where(page: int) -> Place:
        if page in newest:
            return Place(log.name, newest[page])
        return Place(journal.name, (page - 1) * PAGE_BYTES)

    return where
