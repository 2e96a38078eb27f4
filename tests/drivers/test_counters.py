from drivers.counters import CHECKSUM, EXAMPLE_BYTES, EXAMPLES_KEPT, NOISE, Counters


def test_take_returns_what_came_since_the_last_take() -> None:
    counters = Counters()
    counters.refuse(CHECKSUM, b"one")
    counters.discard(NOISE, 3)
    counters.take()
    counters.refuse(CHECKSUM, b"two")
    counters.bytes_in += 5
    delta = counters.take()
    assert (delta.refused, delta.discarded, delta.bytes_in) == ({CHECKSUM: 1}, {}, 5)
    assert delta.examples == [b"two"]


def test_totals_go_on_after_take() -> None:
    counters = Counters()
    counters.refuse(CHECKSUM, b"one")
    counters.take()
    counters.refuse(CHECKSUM, b"two")
    assert counters.refused == {CHECKSUM: 2}


def test_examples_are_few_and_short() -> None:
    counters = Counters()
    for _ in range(100):
        counters.refuse(CHECKSUM, bytes(1000))
        counters.unknown(bytes(1000))
    for kept in (counters.examples, counters.unknown_examples):
        assert len(kept) == EXAMPLES_KEPT
        assert {len(raw) for raw in kept} == {EXAMPLE_BYTES}


def test_discarding_nothing_leaves_no_cause_behind() -> None:
    counters = Counters()
    counters.discard(NOISE, 0)
    assert counters.discarded == {}
