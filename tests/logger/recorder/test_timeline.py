"""A pen's time and order over links, boots and restarts of the recorder."""

from dataclasses import replace
from typing import Any

import pytest

from drivers.model import HostTime, Pen
from drivers.profile import find_profile
from logger.journal import kinds
from logger.recorder.pen_stream import joined
from logger.recorder.timeline import Placed, Resumption, Timeline
from tests.support.wire import HOST_BOOT, NPT, PEN, PERIOD_US, S_NS, host, run

WRAP = 1 << 32


def _known(**changes: Any) -> Resumption:
    known = Resumption(
        anchor_number=3,
        boot_id=PEN.boot_id,
        last_sequence=99,
        last_device_us=99 * PERIOD_US,
        last_unix_ns=host(0).wall_ns,
        last_host=host(0),
        host_boot_id=HOST_BOOT,
        counted=True,
    )
    return replace(known, **changes)


def _taken_up(known: Resumption | None, at: HostTime, pen: Pen = PEN) -> Timeline:
    return Timeline.taken_up(pen, NPT, HOST_BOOT, at, known)


def _gaps(placed: Placed) -> list[kinds.Gap]:
    return [payload for payload in placed.payloads if isinstance(payload, kinds.Gap)]


def _anchors(placed: Placed) -> list[kinds.AnchorSet]:
    return [payload for payload in placed.payloads if isinstance(payload, kinds.AnchorSet)]


def test_a_new_pen_starts_without_a_gap() -> None:
    placed = _taken_up(None, host()).place(run(500, 3), host(), "restart")
    assert _gaps(placed) == []
    assert placed.sequence.tolist() == [500, 501, 502]


@pytest.mark.parametrize("cause", ["link", "restart"])
def test_the_same_boot_goes_on_with_an_exact_gap(cause: str) -> None:
    placed = _taken_up(_known(), host(3)).place(run(400, 5), host(3.05), cause)
    (gap,) = _gaps(placed)
    assert (gap.cause, gap.count, gap.from_sequence, gap.to_sequence) == (cause, 300, 100, 399)
    assert gap.from_unix_ns == host(0).wall_ns
    assert placed.device_us[0] == 400 * PERIOD_US


def test_the_same_boot_that_missed_nothing_has_no_gap() -> None:
    placed = _taken_up(_known(), host(0.1)).place(run(100, 5), host(0.1), "link")
    assert _gaps(placed) == []


def test_another_boot_is_a_gap_of_unknown_count_and_a_pen_boot() -> None:
    timeline = _taken_up(_known(), host(3), replace(PEN, boot_id=8))
    placed = timeline.place(run(0, 5), host(3.05), "link")
    (gap,) = _gaps(placed)
    (anchor,) = _anchors(placed)
    assert (gap.cause, gap.count, gap.from_unix_ns) == ("link", None, host(0).wall_ns)
    assert anchor.reason == "pen boot"


def test_a_pen_without_boot_id_may_have_rebooted_unseen() -> None:
    timeline = _taken_up(_known(boot_id=None), host(3), replace(PEN, boot_id=None))
    (gap,) = _gaps(timeline.place(run(400, 5), host(3.05), "link"))
    assert gap.count is None


def test_anchors_are_numbered_on_over_links() -> None:
    placed = _taken_up(_known(), host(3)).place(run(400, 5), host(3.05), "link")
    assert placed.anchor.number == 4


def test_ticks_that_wrapped_while_nobody_listened_are_unwrapped() -> None:
    slept_s = 3 * WRAP // 1_000_000
    first = 100 + slept_s * 1_000_000 // PERIOD_US
    at = host(slept_s + 1)
    placed = _taken_up(_known(), at).place(run(first, 5), at, "restart")
    assert placed.device_us[0] == first * PERIOD_US
    (gap,) = _gaps(placed)
    assert gap.count == first - 100


def test_a_host_that_rebooted_is_taken_by_its_wall_clock() -> None:
    known = _known(host_boot_id="other", last_host=HostTime(host(0).wall_ns, 5 * S_NS, True))
    placed = _taken_up(known, host(60)).place(run(6100, 5), host(60), "restart")
    assert placed.device_us[0] == 6100 * PERIOD_US


def test_a_clock_that_is_a_year_off_invents_no_wraps() -> None:
    year_ns = 365 * 86_400 * S_NS
    known = _known(host_boot_id="other", last_host=HostTime(host(0).wall_ns - year_ns, 0, False))
    placed = _taken_up(known, host(1)).place(run(200, 5), host(1), "restart")
    assert placed.sequence[0] == 200
    assert placed.device_us[0] == 200 * PERIOD_US


def test_a_reboot_on_the_link_is_a_gap_of_unknown_count() -> None:
    timeline = _taken_up(None, host())
    timeline.place(run(0, 100), host(1), "link")
    timeline.reboot(replace(PEN, boot_id=8))
    placed = timeline.place(run(0, 5), host(2), "link")
    (gap,) = _gaps(placed)
    assert (gap.cause, gap.count) == ("reboot", None)
    assert gap.from_unix_ns is not None
    assert gap.from_unix_ns // 1000 == host(1).wall_ns // 1000


def test_a_gap_within_a_run_has_the_times_beside_it() -> None:
    timeline = _taken_up(None, host())
    timeline.place(run(0, 10), host(0.1), "link")
    placed = timeline.place(joined([run(10, 5), run(20, 5)]), host(0.25), "link")
    (gap,) = _gaps(placed)
    assert gap.from_unix_ns is not None
    assert gap.to_unix_ns is not None
    assert gap.to_unix_ns - gap.from_unix_ns == 6 * PERIOD_US * 1000


def test_gaps_of_simulated_pens_are_marked() -> None:
    timeline = _taken_up(None, host(), replace(PEN, simulated=True))
    timeline.place(run(0, 5), host(1), "link")
    (gap,) = _gaps(timeline.place(run(9, 5), host(1.1), "link"))
    assert gap.simulated


def test_an_event_before_the_first_sample_sets_the_anchor() -> None:
    placed = _taken_up(None, host()).place_event(500_000, host(2))
    assert [type(payload) for payload in placed.payloads] == [kinds.AnchorSet]
    assert placed.device_us == 500_000
    assert placed.time_unix_ns // 1000 == host(2).wall_ns // 1000


def test_a_pen_without_clock_gets_times_spread_since_the_last_read() -> None:
    text = find_profile("template-text")
    timeline = Timeline.taken_up(PEN, text, HOST_BOOT, host(), None)
    timeline.place(run(0, 4, text), host(1), "link")
    placed = timeline.place(run(4, 4, text), host(2), "link")
    assert placed.device_us.tolist() == [1_250_000, 1_500_000, 1_750_000, 2_000_000]
    assert placed.sequence.tolist() == [4, 5, 6, 7]
