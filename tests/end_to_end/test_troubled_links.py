"""Links that break, pens that fall silent, reboot, wrap, repeat themselves or are exchanged."""

import numpy as np
import pytest

from drivers.simulator.burst import Fate
from tests.support.simulated import SimulatedPen, assert_exact, sequence_of
from tests.support.troubled import TWIN, WRAP, WRAPS_AFTER, Troubled, record_troubles

COMMIT_SAMPLES = 20
"""What a pen of 100 Hz sends in a commit interval."""


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Troubled:
    return record_troubles(tmp_path_factory.mktemp("troubled"))


def _gapless_but_told(troubled: Troubled, pen: SimulatedPen) -> tuple[list[int], list[int]]:
    """Return the numbers present and those in gaps; together they must leave no hole."""
    present = sequence_of(troubled.recorder.blocks(pen.serial))
    gaps = troubled.recorder.payloads("gap", stream=pen.serial)
    told = [n for gap in gaps for n in range(gap.from_sequence, gap.to_sequence + 1)]
    assert sorted(present + told) == list(range(present[0], present[-1] + 1))
    return present, told


@pytest.mark.parametrize(("name", "reason"), [("unplug", "unplugged"), ("freeze", "silent")])
def test_a_lost_link_is_told_with_its_reason_and_comes_back(
    troubled: Troubled, name: str, reason: str
) -> None:
    serial = troubled.pens[name].serial
    kinds = [e.kind for e in troubled.recorder.entries("link.up", "link.lost", stream=serial)]
    lost = troubled.recorder.payloads("link.lost", stream=serial)
    assert kinds[:3] == ["link.up", "link.lost", "link.up"]
    assert lost[0].reason == reason


@pytest.mark.parametrize("name", ["unplug", "freeze"])
def test_what_a_lost_link_missed_is_one_gap_of_exact_count(troubled: Troubled, name: str) -> None:
    pen = troubled.pens[name]
    _, told = _gapless_but_told(troubled, pen)
    (gap,) = troubled.recorder.payloads("gap", stream=pen.serial)
    assert (gap.cause, gap.count) == ("link", len(told))
    assert gap.count >= 100


def test_a_pen_that_freezes_costs_nothing_of_what_it_sent(troubled: Troubled) -> None:
    pen = troubled.pens["freeze"]
    present, _ = _gapless_but_told(troubled, pen)
    assert present == pen.sequence(Fate.SENT).tolist()


def test_an_unplugged_pen_costs_at_most_what_was_not_read_yet(troubled: Troubled) -> None:
    pen = troubled.pens["unplug"]
    present, told = _gapless_but_told(troubled, pen)
    lost = set(pen.sequence(Fate.SENT).tolist()) - set(present)
    # Twice a commit's worth, wherever the cable was pulled: in the middle and at the end.
    after_the_end = {number for number in lost if number > present[-1]}
    assert lost - after_the_end <= set(told)
    assert len(lost) <= 2 * 2 * COMMIT_SAMPLES


@pytest.mark.parametrize("name", ["unplug", "freeze"])
def test_device_time_goes_on_over_a_lost_link(troubled: Troubled, name: str) -> None:
    pen = troubled.pens[name]
    assert_exact(troubled.recorder.blocks(pen.serial), pen.made(601))


@pytest.mark.parametrize("name", ["unplug", "freeze", "reboot", "wrap"])
def test_times_are_unique_whatever_happened(troubled: Troubled, name: str) -> None:
    blocks = troubled.recorder.blocks(troubled.pens[name].serial)
    times = np.concatenate([block.utc_ns() for block in blocks]).tolist()
    assert len(set(times)) == len(times)


@pytest.mark.parametrize("name", ["unplug", "freeze", "reboot", "wrap"])
def test_times_rise_within_an_anchor(troubled: Troubled, name: str) -> None:
    blocks = troubled.recorder.blocks(troubled.pens[name].serial)
    by_anchor: dict[int, list[int]] = {}
    for block in blocks:
        by_anchor.setdefault(block.anchor.number, []).extend(block.utc_ns().tolist())
    for times in by_anchor.values():
        assert times == sorted(set(times))


def test_a_reboot_is_told_with_both_boots(troubled: Troubled) -> None:
    pen = troubled.pens["reboot"]
    (rebooted,) = troubled.recorder.payloads("pen.rebooted", stream=pen.serial)
    assert [rebooted.boot_id_before, rebooted.boot_id] == pen.boots()


def test_a_reboot_is_a_gap_of_unknown_count(troubled: Troubled) -> None:
    serial = troubled.pens["reboot"].serial
    (gap,) = troubled.recorder.payloads("gap", stream=serial)
    assert (gap.cause, gap.count) == ("reboot", None)
    assert gap.to_unix_ns - gap.from_unix_ns > 300_000_000


def test_both_boots_are_recorded_whole(troubled: Troubled) -> None:
    pen = troubled.pens["reboot"]
    blocks = troubled.recorder.blocks(pen.serial)
    by_boot = [
        sequence_of(block for block in blocks if block.boot_id == boot) for boot in pen.boots()
    ]
    assert by_boot[0] == list(range(len(by_boot[0])))
    assert by_boot[1] == list(range(len(by_boot[1])))
    assert len(by_boot[0]) + len(by_boot[1]) == len(pen.sequence(Fate.SENT))


def test_a_boot_has_an_anchor_of_its_own(troubled: Troubled) -> None:
    pen = troubled.pens["reboot"]
    told = troubled.recorder.payloads("anchor.set", stream=pen.serial)
    # A busy machine reads late now and then: it finds a drift, and that is right.
    anchors = [one for one in told if one.reason != "drift"]
    assert [one.reason for one in anchors] == ["link up", "pen boot"]
    assert [one.boot_id for one in anchors] == pen.boots()


def test_sequence_and_ticks_go_on_over_their_wrap(troubled: Troubled) -> None:
    pen = troubled.pens["wrap"]
    blocks = troubled.recorder.blocks(pen.serial)
    first = WRAP - WRAPS_AFTER
    assert sequence_of(blocks) == list(range(first, first + 601))
    device_us = np.concatenate([block.device_us for block in blocks])
    assert device_us.tolist() == [WRAP + 10_000 * n for n in range(-WRAPS_AFTER, 601 - WRAPS_AFTER)]
    assert troubled.recorder.payloads("gap", stream=pen.serial) == []


def test_repeated_and_swapped_frames_are_recorded_once_in_order(troubled: Troubled) -> None:
    pen = troubled.pens["repeated"]
    present, _ = _gapless_but_told(troubled, pen)
    assert present == sorted(set(present))
    assert_exact(troubled.recorder.blocks(pen.serial), pen.made(601))


def test_repeated_frames_are_counted_in_an_entry(troubled: Troubled) -> None:
    pen = troubled.pens["repeated"]
    refused = troubled.recorder.payloads("frames.refused", stream=pen.serial)
    present, told = _gapless_but_told(troubled, pen)
    left_out = sum(sum(one.refused.values()) for one in refused)
    assert left_out == len(pen.sequence(Fate.REPEATED)) + len(told)
    assert len(present) + len(told) == 601


@pytest.mark.parametrize("name", ["template-binary", "template-text"])
def test_a_pen_without_identity_is_recorded_under_its_name(troubled: Troubled, name: str) -> None:
    pen = troubled.pens[name]
    blocks = troubled.recorder.blocks(pen.serial)
    sent = len(pen.sequence(Fate.SENT))
    made = pen.made(sent)
    assert sum(len(block) for block in blocks) == sent > 100
    for channel, column in made.columns.items():
        held = np.concatenate([block.columns[channel] for block in blocks])
        np.testing.assert_array_equal(held, column)


def test_a_pen_that_counts_nothing_is_numbered_by_arrival(troubled: Troubled) -> None:
    blocks = troubled.recorder.blocks(troubled.pens["template-text"].serial)
    assert {block.sequence_counted for block in blocks} == {False}
    times = np.concatenate([block.utc_ns() for block in blocks])
    assert (np.diff(times) > 0).all()


def test_a_wrong_baud_rate_is_told_as_such(troubled: Troubled) -> None:
    told = troubled.told["baud"]
    assert "wrong baud rate (115200)" in told.trouble
    assert "needlelog pen sniff" in told.trouble


def test_a_wrong_baud_rate_yields_no_sample(troubled: Troubled) -> None:
    assert troubled.recorder.entries(stream=troubled.pens["baud"].serial) == []
    known = {entry.stream for entry in troubled.recorder.entries()}
    assert known == {
        "",
        TWIN,
        "SIM-other",
        *(pen.serial for name, pen in troubled.pens.items() if name != "baud"),
    }


def test_of_two_pens_with_one_serial_number_one_is_refused_with_the_mend(
    troubled: Troubled,
) -> None:
    told = [troubled.told[name] for name in ("twin-a", "twin-b")]
    (trouble,) = [one.trouble for one in told if one.trouble]
    assert f"pen {TWIN}: two pens have this serial number" in trouble
    assert "Unplug one, or give one its own `name`" in trouble


def test_the_other_of_two_pens_with_one_serial_number_is_recorded_alone(
    troubled: Troubled,
) -> None:
    blocks = troubled.recorder.blocks(TWIN)
    assert_exact(blocks, troubled.pens["twin-a"].made(601))
    assert sequence_of(blocks) == list(range(601))


def test_another_pen_on_the_port_is_recorded_as_itself(troubled: Troubled) -> None:
    before, after = troubled.pens["swapped"], troubled.swapped_in
    assert sequence_of(troubled.recorder.blocks(before.serial)) == list(range(601))
    blocks = troubled.recorder.blocks(after.serial)
    assert sequence_of(blocks)[:50] == list(range(50))
    ports = {
        one.port
        for serial in (before.serial, after.serial)
        for one in troubled.recorder.payloads("link.up", stream=serial)
    }
    assert ports == {str(before.link)}
