"""The demo's archive as it is made: everything that a page or a report can show is in it."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.model import is_simulated
from logger.accounts.signing_in import authenticate
from logger.accounts.store import read_accounts
from logger.archive.bundle.checking import check_bundle
from logger.archive.outside import Outside
from logger.archive.verification.whole import verify_archive
from logger.demo.archive import make_archive
from logger.demo.visits import PENS, VISITS
from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.review.downloads import FORMS, Wanted
from logger.session.model import Session
from logger.session.store import load_sessions
from logger.session.unassigned import Day, unassigned_work
from tests.support.accounts import CHEAP, NOON_NS, PASSWORD

MARKED = ("link.up", "session.started", "gap", "pen.event")
TODAY = datetime.fromtimestamp(NOON_NS // 1_000_000_000, UTC)
DAY_NS = 86_400_000_000_000


@pytest.fixture(scope="module")
def demo_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("demo")
    make_archive(data_dir, TODAY, PASSWORD, cost=CHEAP)
    return data_dir


@pytest.fixture(scope="module")
def sessions(demo_dir: Path) -> list[Session]:
    return sessions_in(demo_dir)


def sessions_in(data_dir: Path) -> list[Session]:
    """Return all sessions, oldest first."""
    with load_sessions(data_dir) as loaded:
        found = [loaded.session(row.id) for row in reversed(loaded.rows(100))]
    return [one for one in found if one is not None]


def test_everything_in_it_is_marked_simulated(demo_dir: Path, sessions: list[Session]) -> None:
    assert all(one.simulated and is_simulated(one.pen) for one in sessions)
    with JournalReader(demo_dir) as reader:
        told = [kinds.decode(one.kind, one.payload or b"") for one in reader.entries(kinds=MARKED)]
    assert all(getattr(one, "simulated", False) for one in told)


def test_clients_practitioners_and_pens_are_several(sessions: list[Session]) -> None:
    assert len({one.client for one in sessions}) >= 2
    assert len({one.practitioner for one in sessions}) == 2
    assert {one.pen for one in sessions} == set(PENS)


def test_its_sessions_lie_in_the_past_months_and_last_some_minutes(
    sessions: list[Session],
) -> None:
    assert all(NOON_NS - 120 * DAY_NS < one.started_unix_ns < NOON_NS for one in sessions)
    assert all(120 <= one.totals.recorded_s <= 600 for one in sessions)


def test_a_session_treats_both_legs_in_several_zones(sessions: list[Session]) -> None:
    places = {(one.side, one.zone) for one in sessions[0].segments}
    assert {side for side, _ in places} == {"left", "right"}
    assert len(places) == 8


def test_clients_come_again_in_series(demo_dir: Path) -> None:
    with load_sessions(demo_dir) as loaded:
        series = loaded.series("DEMO-A17")
    assert [round(one.interval_days or 0) for one in series] == [0, 28, 28, 28, 27]


def test_plans_are_the_demos_and_some_sessions_leave_them(sessions: list[Session]) -> None:
    assert {one.plan.name for one in sessions if one.plan is not None} == {"demo-legs"}
    what = {
        deviation.what
        for session in sessions
        for segment in session.segments
        for deviation in segment.deviations
    }
    assert {"depth_set_above", "rate_above", "zone_not_in_plan"} <= what


def test_one_link_was_lost_and_some_samples_were(sessions: list[Session]) -> None:
    (unplugged,) = [one for one in sessions if "interrupted" in {b.what for b in one.interruptions}]
    (dropped,) = [
        one
        for one in sessions
        if one is not unplugged and any(segment.statistics.gaps_counted for segment in one.segments)
    ]
    assert [one.statistics.gaps_counted for one in unplugged.segments].count(1) == 1
    assert 0.98 < (dropped.totals.completeness or 0) < 1
    assert [one.what for one in dropped.interruptions] == ["paused"]


def test_an_amended_zone_keeps_the_former_one(sessions: list[Session]) -> None:
    (amendment,) = [
        one for session in sessions for one in session.record.amendments if "zone" in one.what
    ]
    assert (amendment.former, amendment.now) == ("anterior-lower-leg", "posterior-lower-leg")


def test_records_stand_at_every_stage_of_being_signed(sessions: list[Session]) -> None:
    states = {one.record.review_state for one in sessions}
    assert states == {"recorded", "reviewed", "signed", "countersigned"}
    assert sessions[-1].record.review_state == "recorded"


def test_every_clinical_form_is_filled_in(sessions: list[Session]) -> None:
    forms = [one.record.clinical for one in sessions]
    assert all(form is not None and form.treated and form.next_session_due for form in forms)


def test_one_cartridge_was_used_twice_and_one_had_expired(
    demo_dir: Path, sessions: list[Session]
) -> None:
    with load_sessions(demo_dir) as loaded:
        flags = [flag.what for one in sessions for flag in loaded.cartridge_flags(one, UTC)]
    assert sorted(flags) == ["expired", "used_before"]


def test_one_pen_worked_without_a_session(demo_dir: Path) -> None:
    days = Day(NOON_NS - 40 * DAY_NS, NOON_NS)
    with JournalReader(demo_dir) as reader, load_sessions(demo_dir) as loaded:
        (work,) = unassigned_work(reader, loaded.holding, days)
    assert work.motor_on_s > 60
    assert work.simulated


def test_the_needles_of_one_pen_lag_more_from_month_to_month(sessions: list[Session]) -> None:
    steady, worn = ([lag_mm(one) for one in sessions if one.pen == pen] for pen in PENS)
    assert max(steady) - min(steady) < 0.005
    assert all(later > earlier for earlier, later in pairwise(worn))


def lag_mm(session: Session) -> float:
    """Return by how much the measured depth lies below what is set, in the first zone."""
    statistics = session.segments[0].statistics
    assert statistics.depth_set_mm is not None
    assert statistics.depth_measured_mm is not None
    return statistics.depth_set_mm.mean - statistics.depth_measured_mm.mean


def test_it_was_looked_at_and_exported(demo_dir: Path) -> None:
    seen = ("access.signed_in", "access.failed", "access.viewed", "access.exported")
    with JournalReader(demo_dir) as reader:
        assert {one.kind for one in reader.entries(kinds=seen)} == set(seen)


def test_everybody_can_sign_in(demo_dir: Path) -> None:
    with JournalReader(demo_dir) as reader:
        accounts = list(read_accounts(demo_dir, reader))
    assert {one.role for one in accounts} == {"administrator", "practitioner", "auditor"}
    for one in accounts:
        assert authenticate(demo_dir, one.id, PASSWORD, cost=CHEAP) == one.account


def test_all_of_it_is_sealed_and_verifies(demo_dir: Path, sessions: list[Session]) -> None:
    assert verify(demo_dir).good
    found = verify_archive(demo_dir, Outside(), lambda *_: None)
    assert found.problems == ()
    assert found.seals >= len(sessions)


@pytest.mark.parametrize("form", ["pdf", "bundle"])
def test_its_sessions_can_be_taken_home(
    demo_dir: Path, sessions: list[Session], form: kinds.ExportForm, tmp_path: Path
) -> None:
    out = tmp_path / f"session.{'zip' if form == 'bundle' else form}"
    FORMS[form].write(Wanted(demo_dir, sessions[4], "demo", "en"), out)
    if form == "bundle":
        assert check_bundle(out, Outside()).good
    else:
        assert out.read_bytes().startswith(b"%PDF")


def test_the_same_seed_makes_the_same_archive(tmp_path: Path) -> None:
    made = {}
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        (tmp_path / name).mkdir()
        make_archive(tmp_path / name, TODAY, PASSWORD, seed, VISITS[7:9], CHEAP)
        made[name] = sessions_in(tmp_path / name)
    assert made["first"] == made["again"]
    assert made["first"] != made["other"]
