"""Fuzzing in its short form; what the long one found stands in the tests of its room."""

import pytest

from tests.faults.fuzz_flood import flood
from tests.faults.fuzz_targets import TARGETS, endless, seeds

INPUTS = 4000
SEED = 20261122


@pytest.mark.parametrize("name", TARGETS)
def test_no_mutated_input_breaks_a_promise(name: str) -> None:
    assert flood(endless(name), seeds(name), SEED, INPUTS).error == ""


@pytest.mark.parametrize("name", TARGETS)
def test_no_single_input_breaks_a_promise(name: str) -> None:
    assert flood(TARGETS[name], seeds(name), SEED + 1, INPUTS // 4).error == ""


def test_a_broken_promise_is_found() -> None:
    def breaks(data: bytes) -> None:
        assert b"\xff" not in data

    assert "AssertionError" in flood(breaks, [bytes(40)], SEED, INPUTS).error
