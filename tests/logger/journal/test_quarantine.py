"""A quarantine does not grow without end."""

from logger.journal.quarantine import BYTES_MAX, ITEMS_MAX, Held, Quarantined, QuarantineRoom


def items(count: int, size: int = 1, sink: str = "influx") -> list[Quarantined]:
    return [Quarantined(sink, position, b"x" * size, "") for position in range(count)]


def test_items_are_kept_up_to_their_greatest_number() -> None:
    room = QuarantineRoom({"influx": Held(ITEMS_MAX - 2, 100)})
    assert [item.position for item in room.take(items(5))] == [0, 1]
    assert room.count("influx") == ITEMS_MAX


def test_items_are_kept_up_to_their_greatest_size() -> None:
    room = QuarantineRoom({})
    assert len(room.take(items(5, BYTES_MAX // 2))) == 2


def test_a_full_quarantine_of_one_sink_leaves_room_for_another() -> None:
    room = QuarantineRoom({"influx": Held(ITEMS_MAX, 100)})
    assert len(room.take(items(3, sink="mqtt"))) == 3


def test_what_leaves_makes_room() -> None:
    room = QuarantineRoom({})
    kept = room.take(items(2, BYTES_MAX // 2))
    room.release(kept[:1])
    assert len(room.take(items(2, BYTES_MAX // 2))) == 1
    assert room.count("influx") == 2
