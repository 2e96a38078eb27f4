import numpy as np
import pytest

from drivers.errors import ConfigError
from drivers.simulator.faults import Window, parse_fault, parse_faults


def test_keys_become_a_window_and_a_rate() -> None:
    fault = parse_fault("flip:rate=0.25,at=1.5,for=2,every=10")
    assert fault.window == Window(1_500_000, 2_000_000, 10_000_000)
    assert fault.rate == 0.25


def test_a_window_without_rate_hits_everything() -> None:
    assert parse_fault("garbage:at=5,for=2").rate == 1.0


def test_moments_alone_hit_once_each() -> None:
    assert parse_fault("half:every=5").rate is None


def test_faults_keep_their_order() -> None:
    assert [f.name for f in parse_faults(["drop:rate=1", "noise:rate=1"])] == ["drop", "noise"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gremlin:rate=1", "there is no fault 'gremlin'"),
        ("", "there is no fault ''"),
        ("noise", "does not say when"),
        ("noise:ppm=3", "noise has no 'ppm'"),
        ("noise:rate=much", "rate=much is no number"),
        ("noise:rate=nan", "rate=nan is no number"),
        ("noise:rate=2", "rate=2 is no number that fits"),
        ("drop:at=-1,rate=1", "at=-1 is no number that fits"),
        ("freeze:at=5", "for= is missing"),
        ("freeze:rate=1,for=2", "freeze has no 'rate'"),
        ("drift:at=5", "ppm= is missing"),
        ("baud:at=5", "to= is missing"),
        ("unplug:for=5,every=5", "for= fills all of every="),
    ],
)
def test_a_bad_fault_is_refused_with_place_and_mend(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_fault(text)
    assert refused.value.place == f"--fault {text}"
    assert said in refused.value.problem
    assert refused.value.mend


def test_a_window_is_open_from_its_start_to_before_its_end() -> None:
    window = Window(at_us=10, for_us=5)
    assert window.active(np.arange(20)).nonzero()[0].tolist() == [10, 11, 12, 13, 14]


def test_a_window_returns() -> None:
    window = Window(at_us=3, for_us=2, every_us=10)
    assert window.active(np.arange(26)).nonzero()[0].tolist() == [3, 4, 13, 14, 23, 24]


def test_edges_are_where_a_window_opens_or_closes() -> None:
    window = Window(at_us=3, for_us=2, every_us=10)
    edges, at = [], -1
    for _ in range(6):
        edge = window.next_edge_us(at)
        assert edge is not None
        edges.append(at := edge)
    assert edges == [3, 5, 13, 15, 23, 25]


def test_a_window_that_opens_once_has_two_edges() -> None:
    window = Window(at_us=3, for_us=2)
    assert [window.next_edge_us(at) for at in (-1, 3, 5)] == [3, 5, None]
