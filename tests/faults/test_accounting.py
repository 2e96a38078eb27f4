"""The account of samples finds whatever is lost, repeated, out of place or made up."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from drivers.model import HostTime, SampleBlock
from drivers.simulator.burst import Fate, records
from drivers.simulator.log import LogHeader, LogWriter
from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.entry import Draft
from logger.journal.writer import Journal
from tests.faults.accounting import Account, account
from tests.support.journaled import sample_block

PEN = "SIM-1"
BOOT = 0x1A2B3C4D
MADE = 100


class Bench:
    """A log of 100 samples that were sent, and a journal of what a test says."""

    def __init__(self, place: Path) -> None:
        self.log = place / "pen.log"
        self.data_dir = place / "data"
        self.write_log(np.arange(MADE))

    def write_log(self, sequence: Any, *, unsent: Sequence[int] = (), boots: Any = BOOT) -> None:
        header = LogHeader(
            serial=PEN, profile="npt", script="short", seed=1, boot_id=BOOT, rate_hz=100.0
        )
        made = records(sequence, sequence * 10_000, BOOT)
        made["boot_id"] = boots
        made["fate"][np.isin(sequence, unsent)] = Fate.UNREAD
        with LogWriter(self.log, header) as log:
            log.add(made)

    def journal(self, *said: SampleBlock | kinds.Gap) -> None:
        drafts = [
            Draft("samples", PEN, "service", encode_block(one))
            if isinstance(one, SampleBlock)
            else Draft("gap", PEN, "service", kinds.encode(one))
            for one in said
        ]
        with Journal.open(self.data_dir, lambda: HostTime(time.time_ns(), 0, True)) as journal:
            journal.append(drafts)

    def account(self, **copies: Any) -> Account:
        return account([self.log], [self.data_dir], **copies)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def block(first: int, rows: int) -> SampleBlock:
    return sample_block(PEN, first, rows)


def gap(first: int, last: int, count: int | None = None) -> kinds.Gap:
    count = count or last - first + 1
    return kinds.Gap(cause="sequence", count=count, from_sequence=first, to_sequence=last)


def times(blocks: Iterable[SampleBlock]) -> list[int]:
    return [time_ns for one in blocks for time_ns in one.utc_ns().tolist()]


def message(one: SampleBlock, position: int) -> dict[str, Any]:
    """Return what is compared of a message of telemetry."""
    return {
        "pen": PEN,
        "journal": "ab",
        "position": position,
        "time_unix_us": (one.utc_ns() // 1000).tolist(),
        "anchor": one.anchor.number,
    }


def test_a_whole_record_is_sound(bench: Bench) -> None:
    bench.journal(block(0, 50), block(50, 50))
    found = bench.account()
    found.assert_sound()
    assert (found.written, found.journaled, found.missing, found.after_last) == (100, 100, 0, 0)


def test_what_lies_in_a_gap_is_explained(bench: Bench) -> None:
    bench.write_log(np.arange(MADE), unsent=[51, 52])
    bench.journal(block(0, 50), gap(50, 59), block(60, 40))
    found = bench.account()
    found.assert_sound()
    assert (found.missing, found.in_gaps, found.told_missing, found.unexplained) == (10, 10, 10, 0)
    assert found.lost_on_the_line == 8


def test_what_lies_in_no_gap_is_named(bench: Bench) -> None:
    bench.journal(block(0, 50), gap(50, 58), block(60, 40))
    found = bench.account()
    assert found.unexplained == 1
    with pytest.raises(AssertionError, match=f"1 missing without a gap: 59 of boot {BOOT}"):
        found.assert_sound()


def test_a_gap_of_unknown_count_explains_what_was_made_between_two_samples(bench: Bench) -> None:
    later = replace(block(0, 20), boot_id=7)
    bench.write_log(np.tile(np.arange(50), 2), boots=np.repeat([BOOT, 7], 50))
    later = replace(later, anchor=replace(later.anchor, number=8))
    later = replace(later, sequence=later.sequence + 30)
    before = block(0, 10)
    reboot = kinds.Gap(
        cause="reboot",
        count=None,
        from_unix_ns=times([before])[-1],
        to_unix_ns=times([later])[0],
    )
    bench.journal(before, reboot, later)
    found = bench.account()
    found.assert_sound()
    assert (found.missing, found.in_gaps, found.uncounted_gaps) == (70, 70, 1)


def test_what_came_before_and_after_all_that_is_journaled_is_counted_apart(bench: Bench) -> None:
    bench.journal(block(5, 90))
    found = bench.account()
    found.assert_sound()
    assert (found.before_first, found.after_last, found.missing) == (5, 5, 0)


@pytest.mark.parametrize(
    ("said", "offence"),
    [
        ([block(0, 50), block(40, 60)], "10 journaled twice"),
        ([block(50, 50), block(0, 50)], "1 journaled out of order"),
        ([block(0, 101)], "1 journaled and never written: 100 of"),
        ([block(0, 60), gap(50, 59), block(60, 40)], "10 told missing and journaled: 50 of"),
        ([block(0, 50), gap(50, 59, count=9), block(60, 40)], "a gap is wrong"),
        ([block(0, 50), gap(50, 120), block(121, 5)], "a gap is wrong"),
    ],
)
def test_what_is_wrong_in_the_journal_is_named(
    bench: Bench, said: Sequence[SampleBlock | kinds.Gap], offence: str
) -> None:
    bench.journal(*said)
    with pytest.raises(AssertionError, match=offence):
        bench.account().assert_sound()


def test_repeats_at_the_broker_are_dropped_by_journal_and_position(bench: Bench) -> None:
    blocks = [block(0, 50), block(50, 50)]
    bench.journal(*blocks)
    first, second = message(blocks[0], 2), message(blocks[1], 3)
    found = bench.account(messages=[first, second, first, second])
    found.assert_sound()
    assert found.delivered == 100


@pytest.mark.parametrize(
    ("order", "offence"),
    [
        ([(0, 2)], "50 journaled and not delivered"),
        ([(1, 3), (0, 2)], "1 delivered out of order"),
        ([(0, 2), (1, 3), (1, 4)], "50 delivered twice"),
        ([(0, 2), (1, 3), (2, 5)], "10 delivered and not journaled"),
    ],
)
def test_what_is_wrong_at_the_broker_is_named(
    bench: Bench, order: Sequence[tuple[int, int]], offence: str
) -> None:
    blocks = [block(0, 50), block(50, 50), block(100, 10)]
    bench.journal(*blocks[:2])
    messages = [message(blocks[one], position) for one, position in order]
    with pytest.raises(AssertionError, match=offence):
        bench.account(messages=messages).assert_sound()


def test_points_are_compared_by_their_time(bench: Bench) -> None:
    blocks = [block(0, 50), block(50, 50)]
    bench.journal(*blocks)
    stored = times(blocks)
    bench.account(stored_ns=stored).assert_sound()
    with pytest.raises(AssertionError, match="1 journaled and not stored"):
        bench.account(stored_ns=stored[1:]).assert_sound()
    with pytest.raises(AssertionError, match="1 stored twice"):
        bench.account(stored_ns=[*stored, stored[0]]).assert_sound()


def test_a_server_that_cuts_times_to_milliseconds_is_compared_by_these(bench: Bench) -> None:
    bench.journal(block(0, 100))
    cut = [time_ns // 1_000_000 * 1_000_000 for time_ns in times([block(0, 100)])]
    bench.account(stored_ns=cut, resolution_ns=1_000_000).assert_sound()
