"""Calls to the drive fail, one in several of each kind: no false acknowledgement."""

from itertools import count
from pathlib import Path

import pytest

from tests.faults import nth_failure
from tests.faults.crash_calls import ABSENT, BESIDES, KILLED, LOG, Place, bench
from tests.faults.nth_failure import FAILURES, Failure
from tests.faults.nth_failure_process import Fault, sweep

_EVERY = 5
_BATCHES = 4


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_the_journal_keeps_what_it_acknowledged(tmp_path: Path, failure: Failure) -> None:
    found = nth_failure.sweep(tmp_path, failure, count(1, _EVERY), _BATCHES, seed=1)

    assert found.calls > 20
    assert found.reopened if failure.full else found.stopped


@pytest.mark.parametrize(
    ("fault", "number", "did"),
    [
        (Fault(Place(ABSENT, LOG, "pwrite64"), "EIO", lasting=False), 30, "ended"),
        (Fault(Place(ABSENT, BESIDES, "fsync"), "EIO", lasting=True), 1, "ended"),
        (Fault(Place(KILLED, LOG, "fdatasync"), "EIO", lasting=False), 3, "ended"),
        (Fault(Place(KILLED, LOG, "pwrite64"), "ENOSPC", lasting=True), 20, "went on"),
    ],
    ids=str,
)
def test_the_recorder_ends_or_goes_on(tmp_path: Path, fault: Fault, number: int, did: str) -> None:
    with bench(tmp_path, "short", 1) as at:
        found = sweep(at, fault, [number])

    assert found.did == {did: 1}
