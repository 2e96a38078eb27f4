"""The gaps of sessions that go on, each read once."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest

from logger.journal import kinds
from logger.journal.entry import Draft, Entry
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.service.session_gaps import GAPS_SHOWN, SessionGaps
from logger.session.model import Session

PEN = "NP-1"


class _Session:
    """As much of a session as is asked for."""

    id, pen, started_position = "20261122-ab12", PEN, 1


SESSION = cast("Session", _Session())


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path, HostClock()) as journal:
        yield journal


@pytest.fixture
def reader(journal: Journal, tmp_path: Path) -> Iterator[JournalReader]:
    with JournalReader(tmp_path) as reader:
        yield reader


def _missing(journal: Journal, count: int | None, pen: str = PEN) -> None:
    gap = kinds.Gap(cause="sequence", count=count, simulated=False)
    journal.append([Draft(kinds.kind_of(gap), pen, "service", kinds.encode(gap))])


def test_the_gaps_of_its_pen_are_counted_and_the_newest_kept(
    journal: Journal, reader: JournalReader
) -> None:
    for count in (*range(1, GAPS_SHOWN + 2), None):
        _missing(journal, count)
    _missing(journal, 99, pen="NP-2")
    ((_, account),) = SessionGaps(reader).of([SESSION])
    assert (account.gaps, account.uncounted) == (GAPS_SHOWN + 2, 1)
    assert [gap.count for gap in account.newest] == [3, 4, 5, 6, None]


def test_a_gap_is_read_once(journal: Journal, reader: JournalReader) -> None:
    gaps, seen = SessionGaps(reader), list[int]()
    read = reader.entries

    def noting(*place: int, **only: object) -> Iterator[Entry]:
        for entry in read(*place, **only):  # type: ignore[arg-type]  # as they came
            seen.append(entry.position)
            yield entry

    with patch.object(reader, "entries", noting):
        for count in (1, 2, 3):
            _missing(journal, count)
            ((_, account),) = gaps.of([SESSION])
            assert account.gaps == count
    assert seen == [2, 3, 4]


def test_a_session_that_is_no_longer_asked_for_is_forgotten(
    journal: Journal, reader: JournalReader
) -> None:
    gaps = SessionGaps(reader)
    _missing(journal, 1)
    ((_, before),) = gaps.of([SESSION])
    assert gaps.of([]) == []
    ((_, after),) = gaps.of([SESSION])
    assert after is not before
