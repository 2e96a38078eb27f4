"""What a session's page says of the clocks that it was recorded by."""

from logger.cli.session_views import summary_lines
from logger.session.clock_account import ClockAccount, ClockStretch
from logger.session.true_clock import Correction
from tests.support.stories import only_session, opened

S_NS = 1_000_000_000


def _account(*stretches: ClockStretch, **known: int) -> ClockAccount:
    return ClockAccount(
        synchronised=all(one.synchronised for one in stretches),
        steps=0,
        duration_s=12.34,
        corrected_started_unix_ns=known.get("started"),
        corrected_ended_unix_ns=known.get("ended"),
        stretches=stretches,
        anchors=(),
    )


def _stretch(*, step_ns: int | None = None, wrong_ns: int = 0) -> ClockStretch:
    return ClockStretch(
        from_position=7,
        reason="step",
        host_boot_id="a",
        synchronised=not wrong_ns,
        offset_ns=0,
        step_ns=step_ns,
        corrected=Correction(correction_ns=wrong_ns, by_position=41) if wrong_ns else None,
    )


def _page(account: ClockAccount) -> str:
    return "\n".join(summary_lines(only_session(opened()), account))


def test_a_good_clock_is_not_mentioned() -> None:
    page = _page(_account(_stretch()))
    assert "clock" not in page
    assert ", 12.3 s" in page


def test_times_of_a_wrong_clock_are_named_with_who_knows_it() -> None:
    page = _page(
        _account(_stretch(step_ns=-5 * S_NS, wrong_ns=5 * S_NS), started=1_800_000_000 * S_NS)
    )
    assert "the host's clock was NOT synchronised all the time" in page
    assert "times from position 7 (step, a step of -5.000 s) are 5.000 s too early" in page
    assert "position 41 knows it" in page
    assert "corrected: from 20" in page
    assert "to as recorded" in page


def test_a_step_that_put_the_clock_right_is_told() -> None:
    page = _page(_account(_stretch(), _stretch(step_ns=3600 * S_NS)))
    assert "the clock changed at position 7, a step of +3600.000 s" in page
