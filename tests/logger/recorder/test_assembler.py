"""From bytes to drafts: who speaks, what is held until that is known, what is refused."""

import pytest

from drivers.profile import find_profile
from logger.recorder.assembler import HELD_AT_MOST, REFUSED_EVERY_NS
from logger.recorder.timeline import Resumption
from tests.support.wire import (
    NPT,
    PERIOD_US,
    S_NS,
    assembler,
    event,
    host,
    identity,
    numbers,
    payloads,
    run,
    samples,
    told,
)

TEMPLATE = find_profile("template-binary")


def test_a_pen_is_linked_identified_anchored_and_then_recorded() -> None:
    drafts = assembler().take(identity() + samples(0, 3), host())
    assert told(drafts) == ["link.up", "pen.identified", "anchor.set", "samples"]
    assert {draft.stream for draft in drafts} == {"NP-1"}


def test_consecutive_samples_of_one_read_are_one_block() -> None:
    drafts = assembler().take(identity() + samples(0, 50), host())
    assert told(drafts).count("samples") == 1
    assert numbers(drafts) == list(range(50))


def test_an_event_stands_between_the_samples_around_it() -> None:
    data = identity() + samples(0, 3) + event("depth_dial", value=1.5, raw=1500, number=0)
    drafts = assembler().take(data + samples(3, 3), host())
    assert told(drafts)[3:] == ["samples", "pen.event", "samples"]


def test_samples_that_an_event_splits_keep_one_anchor() -> None:
    turned = event("depth_dial", value=1.5, raw=1500, number=0)
    drafts = assembler().take(identity() + samples(0, 20) + turned + samples(20, 20), host(0.4))
    (anchor,) = payloads(drafts, "anchor.set")
    # The last sample was fresh when it was read; the 20th had waited for 0.2 s.
    assert anchor.anchor.utc_us == host(0.2).wall_ns // 1000


def test_samples_before_the_identity_are_held_and_not_lost() -> None:
    link = assembler()
    assert link.take(samples(0, 20), host(0.2)) == []
    assert link.take(samples(20, 20), host(0.4)) == []
    drafts = link.take(samples(40, 5) + identity() + samples(45, 5), host(0.5))
    assert numbers(drafts) == list(range(50))


def test_held_samples_have_the_time_at_which_they_arrived() -> None:
    link = assembler()
    link.take(samples(0, 20), host(0.2))
    link.take(samples(20, 300), host(3.2))
    drafts = link.take(identity(), host(3.3))
    blocks = [draft.block for draft in drafts if draft.block is not None]
    assert int(blocks[0].utc_ns()[-1]) // 1000 == host(0.2).wall_ns // 1000
    assert [anchor.reason for anchor in payloads(drafts, "anchor.set")] == ["link up"]


def test_events_before_the_identity_are_held_too() -> None:
    link = assembler()
    link.take(event("motor", value=1, raw=1, number=3), host())
    (seen,) = payloads(link.take(identity(), host(0.1)), "pen.event")
    assert (seen.event.name, seen.event.number) == ("motor", 3)


def test_more_than_can_be_held_is_counted() -> None:
    link = assembler()
    for number in range(HELD_AT_MOST + 10):
        link.take(samples(number, 1), host())
    drafts = link.take(identity(), host()) + link.refused(host())
    (refused,) = payloads(drafts, "frames.refused")
    assert refused.refused == {"unidentified": 10}
    assert numbers(drafts) == list(range(HELD_AT_MOST))


def test_the_pen_is_asked_for_its_identity_until_it_tells() -> None:
    link = assembler()
    assert link.waits_for_identity
    link.take(identity(), host())
    assert not link.waits_for_identity


def test_a_pen_without_serial_number_is_refused_with_the_mend() -> None:
    link = assembler()
    assert link.take(identity(serial="") + samples(0, 3), host()) == []
    assert str(link.unsupported) == (
        "/dev/pen: pen REF-PEN: it tells no serial number. "
        "Give it one in the settings: `name` in its [[pens]] table"
    )


def test_a_pen_without_serial_number_takes_the_name_of_the_settings() -> None:
    drafts = assembler(pen_name="ROOM-2").take(identity(serial=""), host())
    assert {draft.stream for draft in drafts} == {"ROOM-2"}


def test_another_pen_on_the_same_link_ends_it_and_keeps_what_came_before() -> None:
    link = assembler()
    link.take(identity(), host())
    drafts = link.take(samples(0, 5) + identity(serial="NP-2") + samples(0, 5), host(0.1))
    assert numbers(drafts) == [0, 1, 2, 3, 4]
    assert "now says that it is 'NP-2'" in str(link.unsupported)


def test_nothing_more_is_taken_from_another_pen() -> None:
    link = assembler()
    link.take(identity() + identity(serial="NP-2"), host())
    assert link.take(identity() + samples(0, 5), host(0.1)) == []


def test_a_pen_that_never_tells_its_identity_is_known_by_its_name() -> None:
    drafts = assembler(TEMPLATE, pen_name="ROOM-2").take(samples(0, 3, TEMPLATE), host())
    assert told(drafts) == ["link.up", "pen.identified", "anchor.set", "samples"]
    assert {draft.stream for draft in drafts} == {"ROOM-2"}


def test_a_pen_that_has_neither_identity_nor_name_is_refused() -> None:
    link = assembler(TEMPLATE)
    link.take(b"", host())
    assert "`name` in its [[pens]] table" in str(link.unsupported)


def test_counters_that_go_back_hold_samples_until_the_pen_says_who_it_is() -> None:
    link = assembler()
    link.take(identity() + samples(1000, 5), host())
    assert link.take(samples(0, 5), host(0.1)) == []
    assert link.waits_for_identity
    drafts = link.take(identity(boot_id=8), host(0.2))
    assert told(drafts) == ["pen.rebooted", "anchor.set", "gap", "samples"]
    assert numbers(drafts) == [0, 1, 2, 3, 4]


def test_a_lone_sample_from_far_back_is_no_reboot() -> None:
    link = assembler()
    link.take(identity() + samples(1000, 5), host())
    drafts = link.take(samples(3, 1) + samples(1005, 5), host(0.1))
    assert numbers(drafts) == list(range(1005, 1010))
    assert not link.waits_for_identity


def test_a_new_boot_id_is_a_reboot_whatever_the_counters_say() -> None:
    link = assembler()
    link.take(identity() + samples(0, 5), host())
    drafts = link.take(identity(boot_id=8) + samples(5, 5), host(0.1))
    (rebooted,) = payloads(drafts, "pen.rebooted")
    assert (rebooted.boot_id_before, rebooted.boot_id) == (7, 8)


def test_a_pen_without_identity_whose_counters_go_back_has_rebooted() -> None:
    link = assembler(TEMPLATE, pen_name="ROOM-2")
    link.take(samples(1000, 5, TEMPLATE), host())
    drafts = link.take(samples(0, 5, TEMPLATE), host(0.1))
    assert told(drafts) == ["pen.rebooted", "anchor.set", "gap", "samples"]


def test_an_identity_that_says_nothing_new_is_no_entry() -> None:
    link = assembler()
    link.take(identity(), host())
    assert link.take(identity(), host(5)) == []


def test_a_pen_that_was_only_seen_before_has_not_rebooted() -> None:
    drafts = assembler(resume=lambda serial: Resumption(anchor_number=4)).take(identity(), host())
    assert told(drafts) == ["link.up", "pen.identified"]


def test_a_simulated_port_marks_its_pen() -> None:
    drafts = assembler(simulated=True).take(identity() + samples(0, 1), host())
    assert {draft.stream for draft in drafts} == {"SIM-NP-1"}
    assert all(draft.block.simulated for draft in drafts if draft.block is not None)


@pytest.mark.parametrize("port_is_simulated", [False, True])
def test_a_simulated_pen_keeps_its_name(port_is_simulated: bool) -> None:
    link = assembler(simulated=port_is_simulated)
    (up, _) = link.take(identity(serial="SIM-7"), host())
    assert up.stream == "SIM-7"


def test_refused_frames_are_told_at_most_every_ten_seconds() -> None:
    link = assembler()
    link.take(identity(), host(1))
    bad = bytes([2, 9, 1, 9, 0])
    assert link.take(bad, host(2)) == []
    late_s = 1 + REFUSED_EVERY_NS / S_NS
    (refused,) = payloads(link.take(bad, host(late_s)), "frames.refused")
    assert sum(refused.refused.values()) == 2
    assert refused.examples


def test_what_every_healthy_line_has_is_not_told() -> None:
    link = assembler()
    drafts = link.take(b"tail of a frame\0" + identity() + b"\0\0" + samples(0, 1), host())
    assert payloads(drafts + link.refused(host(1)), "frames.refused") == []


def test_samples_left_out_by_their_number_are_told_by_cause() -> None:
    drafts = assembler().take(identity() + samples(0, 5) + samples(4, 2), host())
    (refused,) = payloads(drafts, "frames.refused")
    assert refused.refused == {"repeated": 1}


def test_the_layout_of_the_columns_is_told_with_the_pen() -> None:
    (identified,) = payloads(assembler().take(identity(), host()), "pen.identified")
    assert identified.layouts == NPT.layouts
    assert identified.pen.sample_period_us == PERIOD_US


def test_values_stay_as_the_pen_sent_them() -> None:
    drafts = assembler().take(identity() + samples(0, 30), host())
    (block,) = [draft.block for draft in drafts if draft.block is not None]
    for name, column in run(0, 30).columns.items():
        assert block.columns[name].tolist() == column.tolist()
