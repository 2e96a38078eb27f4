"""The newest entries in memory, within bounds."""

from logger.journal.entry import Entry
from logger.journal.tail import Tail


def _entries(first: int, last: int, payload: bytes = b"x") -> list[Entry]:
    return [
        Entry(position, 0, "gap", "", "", payload, b"", b"") for position in range(first, last + 1)
    ]


def _positions(entries: list[Entry] | None) -> list[int] | None:
    return None if entries is None else [entry.position for entry in entries]


def test_it_serves_what_it_holds() -> None:
    tail = Tail(10, 10_000)
    tail.add(_entries(5, 9))

    assert _positions(tail.read(6, 2)) == [7, 8]


def test_beyond_the_newest_there_is_nothing() -> None:
    tail = Tail(10, 10_000)
    tail.add(_entries(5, 9))

    assert tail.read(9, 5) == []


def test_it_serves_from_its_oldest_entry_on() -> None:
    tail = Tail(10, 10_000)
    tail.add(_entries(5, 9))

    assert _positions(tail.read(4, 100)) == [5, 6, 7, 8, 9]


def test_it_says_when_it_does_not_hold_what_comes_next() -> None:
    tail = Tail(10, 10_000)
    tail.add(_entries(5, 9))

    assert tail.read(3, 1) is None


def test_an_empty_one_holds_nothing() -> None:
    assert Tail(10, 10_000).read(0, 1) is None


def test_it_drops_the_oldest_beyond_its_count() -> None:
    tail = Tail(3, 10_000)
    tail.add(_entries(1, 2))
    tail.add(_entries(3, 5))

    assert tail.read(1, 9) is None
    assert _positions(tail.read(2, 9)) == [3, 4, 5]


def test_it_drops_the_oldest_beyond_its_bytes() -> None:
    tail = Tail(100, 10_000)
    tail.add(_entries(1, 5, payload=bytes(3000)))

    assert tail.read(1, 9) is None
    assert _positions(tail.read(3, 9)) == [4, 5]


def test_it_holds_the_newest_however_large() -> None:
    tail = Tail(100, 10_000)
    tail.add(_entries(1, 3, payload=bytes(50_000)))

    assert _positions(tail.read(2, 9)) == [3]


def test_after_a_hole_it_holds_only_what_came_after() -> None:
    tail = Tail(100, 10_000)
    tail.add(_entries(1, 3))
    tail.add(_entries(6, 7))

    assert tail.read(2, 9) is None
    assert _positions(tail.read(5, 9)) == [6, 7]
