"""A damaged file is set aside whole, whatever interrupts that, and a successor names it."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from logger.errors import JournalDamaged, JournalError
from logger.journal import kinds
from logger.journal.damage import DAMAGE_FILE, find_damage, tell_damage, telling_damage
from logger.journal.entry import Draft, Entry
from logger.journal.files import JOURNAL_FILE, set_aside_name, wal_path
from logger.journal.head import HEAD_FILE
from logger.journal.reader import JournalReader
from logger.journal.recovering import recover_all
from logger.journal.succession import PLAN_FILE, POSITIONS_APART, succession_notes
from logger.journal.verify_succession import verify_succession
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock

_ENTRIES = 60


@pytest.fixture
def written(data_dir: Path, clock: SetClock, note: Callable[..., Draft]) -> list[Entry]:
    """Make a journal of some pages and close it; return its entries."""
    with Journal.open(data_dir, clock) as journal:
        journal.append([note("x" * 300) for _ in range(_ENTRIES - 1)])
    with JournalReader(data_dir) as reader:
        return list(reader.entries())


def _spoil(data_dir: Path, page: int) -> None:
    with (data_dir / JOURNAL_FILE).open("r+b") as file:
        file.seek(page * 2048)
        file.write(b"\xff" * 2048)


def _opened(data_dir: Path) -> kinds.JournalOpened:
    with JournalReader(data_dir / JOURNAL_FILE) as reader:
        first = next(reader.entries())
    payload = kinds.decode(first.kind, first.payload or b"")
    assert isinstance(payload, kinds.JournalOpened)
    return payload


def test_the_successor_names_what_it_succeeds(
    data_dir: Path, clock: SetClock, written: list[Entry]
) -> None:
    _spoil(data_dir, 5)
    Journal.open(data_dir, clock).close()
    opened = _opened(data_dir)

    assert (opened.reason, opened.set_aside) == ("corrupt", set_aside_name(1))
    assert opened.predecessor_position == _ENTRIES
    assert opened.predecessor_hash == written[-1].chain_hash.hex()
    assert opened.detail


def test_positions_go_on_a_million_apart(
    data_dir: Path, clock: SetClock, written: list[Entry]
) -> None:
    _spoil(data_dir, 0)
    with Journal.open(data_dir, clock) as journal:
        assert journal.last_position == POSITIONS_APART + 1


def test_the_damaged_file_is_kept_as_it_was(
    data_dir: Path, clock: SetClock, written: list[Entry]
) -> None:
    _spoil(data_dir, 4)
    before = (data_dir / JOURNAL_FILE).read_bytes()
    Journal.open(data_dir, clock).close()

    assert (data_dir / set_aside_name(1)).read_bytes() == before


def test_a_second_damaged_file_gets_a_name_of_its_own(
    data_dir: Path, clock: SetClock, written: list[Entry]
) -> None:
    for _ in range(2):
        _spoil(data_dir, 0)
        Journal.open(data_dir, clock).close()

    assert _opened(data_dir).set_aside == set_aside_name(2)
    assert [one.source for one in recover_all(data_dir)] == [set_aside_name(1), set_aside_name(2)]
    with JournalReader(data_dir) as reader:
        positions = [entry.position for entry in reader.entries()]
    assert positions[-2:] == [POSITIONS_APART + 1, 2 * POSITIONS_APART + 1]


@pytest.mark.parametrize("call", ["rename", "replace", "fsync", "unlink"])
@pytest.mark.parametrize("nth", range(1, 7))
def test_a_start_that_dies_anywhere_is_completed_by_the_next(
    data_dir: Path,
    clock: SetClock,
    written: list[Entry],
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    nth: int,
) -> None:
    _spoil(data_dir, 5)
    with monkeypatch.context() as patched:
        _dies_at(patched, call, nth)
        with contextlib.suppress(KeyboardInterrupt):
            Journal.open(data_dir, clock).close()
    Journal.open(data_dir, clock).close()
    recover_all(data_dir)

    assert _opened(data_dir).set_aside == set_aside_name(1)
    assert not (data_dir / set_aside_name(2)).exists()
    assert not (data_dir / PLAN_FILE).exists()
    with JournalReader(data_dir) as reader:
        assert len(list(reader.entries(to=_ENTRIES))) > 0
    assert verify_succession(data_dir).good


def _dies_at(patched: pytest.MonkeyPatch, call: str, nth: int) -> None:
    done, calls = getattr(os, call), iter(range(1, 1000))

    def dying(*arguments: object, **named: object) -> object:
        if next(calls) == nth:
            raise KeyboardInterrupt
        return done(*arguments, **named)

    patched.setattr(os, call, dying)


def test_a_log_that_lost_its_end_is_noticed(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft]
) -> None:
    with Journal.open(data_dir, clock) as journal:
        for _ in range(20):
            journal.append([note()])
        log = wal_path(data_dir / JOURNAL_FILE).read_bytes()
        image = (data_dir / JOURNAL_FILE).read_bytes()
        head = (data_dir / HEAD_FILE).read_bytes()
    (data_dir / JOURNAL_FILE).write_bytes(image)
    (data_dir / HEAD_FILE).write_bytes(head)
    wal_path(data_dir / JOURNAL_FILE).write_bytes(log[: len(log) * 2 // 3])

    assert "position 21 was committed, and it ends at" in find_damage(data_dir)


@pytest.mark.parametrize("leave", ["nothing", "an empty file"])
def test_a_journal_that_is_gone_is_missed(
    data_dir: Path, clock: SetClock, written: list[Entry], leave: str
) -> None:
    (data_dir / JOURNAL_FILE).unlink()
    if leave == "an empty file":
        (data_dir / JOURNAL_FILE).touch()
    Journal.open(data_dir, clock).close()

    assert _opened(data_dir).predecessor_position == _ENTRIES


@pytest.mark.parametrize("at", [18, 44, 56, 60, 63, 68])
def test_a_bit_of_the_header_does_not_make_the_file_another_kind(
    data_dir: Path, clock: SetClock, written: list[Entry], at: int
) -> None:
    with (data_dir / JOURNAL_FILE).open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x40]))
    Journal.open(data_dir, clock).close()

    assert _opened(data_dir).reason == "corrupt"


def test_a_sound_file_stays_in_use(data_dir: Path, clock: SetClock, written: list[Entry]) -> None:
    with Journal.open(data_dir, clock) as journal:
        assert journal.last_position == _ENTRIES
    assert succession_notes(data_dir) == ()


def test_word_left_by_a_running_process_is_heeded_once(
    data_dir: Path, clock: SetClock, written: list[Entry]
) -> None:
    tell_damage(data_dir, "a page was not what it was")
    Journal.open(data_dir, clock).close()
    Journal.open(data_dir, clock).close()

    assert _opened(data_dir).detail == "a page was not what it was"
    assert not (data_dir / DAMAGE_FILE).exists()
    assert not (data_dir / set_aside_name(2)).exists()


def test_damage_that_ends_a_running_process_leaves_word(
    data_dir: Path, clock: SetClock, written: list[Entry]
) -> None:
    _spoil(data_dir, 12)
    with (
        JournalReader(data_dir) as reader,
        pytest.raises(JournalDamaged),
        telling_damage(data_dir),
    ):
        list(reader.entries())
    assert "malformed" in find_damage(data_dir)
    assert (data_dir / DAMAGE_FILE).exists()


def test_a_failing_drive_leaves_no_word(data_dir: Path) -> None:
    with pytest.raises(JournalError), telling_damage(data_dir):
        raise JournalError("disk I/O error")
    assert find_damage(data_dir) == ""


def test_a_damaged_payload_is_left_out_wherever_it_is_read(
    data_dir: Path, clock: SetClock, written: list[Entry]
) -> None:
    connection = apsw.Connection(str(data_dir / JOURNAL_FILE))
    connection.execute("UPDATE entry SET payload = x'00' WHERE position = 7")
    connection.close()
    with JournalReader(data_dir) as reader:
        assert [one.position for one in reader.entries() if one.payload is None] == [7]


def test_a_file_that_cannot_be_moved_is_told_in_one_line(
    data_dir: Path, clock: SetClock, written: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    _spoil(data_dir, 5)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(JournalError, match="cannot be set aside: Permission denied"):
        Journal.open(data_dir, clock)


def test_the_status_is_told_of_it_until_it_is_recovered(
    data_dir: Path, clock: SetClock, written: list[Entry]
) -> None:
    _spoil(data_dir, 5)
    Journal.open(data_dir, clock).close()
    (before,) = succession_notes(data_dir)
    recover_all(data_dir)
    (after,) = succession_notes(data_dir)

    assert "needlelog recover" in before
    assert "needlelog recover" not in after
