"""Cartridges that were used before or have expired are flagged, and always the same ones."""

from datetime import timedelta, timezone
from itertools import permutations
from pathlib import Path

import pytest

from logger.journal.kinds import Cartridge, SessionAmended, SessionMerged, SessionSplit
from logger.session.cartridge_flags import CartridgeUses, flags_of, kin_of, uses_of
from logger.session.index import STORE_FILE
from logger.session.store import load_sessions, open_sessions
from tests.support.cartridges import (
    CODE,
    GTIN,
    other_code,
    read,
    seated,
    started_as,
    started_with,
)
from tests.support.recorded import Recorded
from tests.support.stories import RESTING, WORKING, Story, sample_block

OTHER_PEN = "NP-000999"
FIRST, SECOND, THIRD = "20270115-aaaa", "20270115-bbbb", "20270115-cccc"
UTC_ZONE = timezone(timedelta(0))

Flags = dict[str, list[tuple[str, str, tuple[str, ...]]]]


class Clinic:
    """Tells one session after the other."""

    def __init__(self) -> None:
        self.story = Story(encoded=True)
        self.story.identified()
        self._samples = 0

    def session(self, session: str, code: str = "", *, status: int = WORKING) -> None:
        """Tell a whole session with a cartridge that was scanned by hand, if any."""
        started_with(self.story, session, code) if code else self.story.started(session)
        self.treat(status)
        self.story.stopped(session)

    def treat(self, status: int = WORKING) -> int:
        """Tell of some samples; returns their position."""
        block = sample_block(5, first=self._samples, status=status)
        self._samples += 5
        return self.story.samples(block)


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def _flags(data_dir: Path) -> Flags:
    with load_sessions(data_dir) as sessions:
        found = [sessions.session(line.id) for line in sessions.rows(100)]
        return {
            one.id: [
                (flag.what, flag.source, flag.sessions)
                for flag in sessions.cartridge_flags(one, UTC_ZONE)
            ]
            for one in found
            if one is not None
        }


def _save(data_dir: Path) -> None:
    store, _ = open_sessions(data_dir)
    store.close()


def _told(recorded: Recorded, clinic: Clinic) -> Flags:
    """Return the flags from the journal alone, having seen that the store gives the same."""
    recorded.tell(clinic.story)
    alone = _flags(recorded.data_dir)
    _save(recorded.data_dir)
    assert _flags(recorded.data_dir) == alone
    (recorded.data_dir / STORE_FILE).unlink()
    _save(recorded.data_dir)
    assert _flags(recorded.data_dir) == alone
    return alone


def test_a_cartridge_of_an_earlier_session_is_flagged_in_the_later_one(
    recorded: Recorded, clinic: Clinic
) -> None:
    for session in (FIRST, SECOND, THIRD):
        clinic.session(session, CODE)
    flags = _told(recorded, clinic)
    assert flags[FIRST] == []
    assert flags[SECOND] == [("used_before", "typed", (FIRST,))]
    assert flags[THIRD] == [("used_before", "typed", (FIRST, SECOND))]


def test_it_is_known_again_whether_typed_or_read_by_the_pen(
    recorded: Recorded, clinic: Clinic
) -> None:
    clinic.session(FIRST, CODE)
    read(clinic.story, f"01{GTIN}1727123110L4471\x1d210001")
    clinic.session(SECOND)
    seated(clinic.story, False)
    clinic.session(THIRD, CODE)
    flags = _told(recorded, clinic)
    assert flags[SECOND] == [("used_before", "pen", (FIRST,))]
    assert flags[THIRD] == [("used_before", "typed", (FIRST, SECOND))]


def test_another_one_of_the_same_lot_is_not_it(recorded: Recorded, clinic: Clinic) -> None:
    clinic.session(FIRST, CODE)
    clinic.session(SECOND, other_code(2))
    clinic.session(THIRD, other_code(12))
    assert not any(_told(recorded, clinic).values())


def test_a_lot_alone_tells_nothing(recorded: Recorded, clinic: Clinic) -> None:
    for session in (FIRST, SECOND):
        clinic.session(session, f"(01){GTIN}(10)L4471")
    assert not any(_told(recorded, clinic).values())


def test_a_session_in_which_the_motor_never_ran_used_nothing(
    recorded: Recorded, clinic: Clinic
) -> None:
    clinic.session(FIRST, CODE, status=RESTING)
    clinic.session(SECOND, CODE)
    assert not any(_told(recorded, clinic).values())


def test_an_open_session_is_warned_before_the_motor_runs(
    recorded: Recorded, clinic: Clinic
) -> None:
    clinic.session(FIRST, CODE)
    started_with(clinic.story, SECOND, CODE)
    assert _told(recorded, clinic)[SECOND] == [("used_before", "typed", (FIRST,))]


def test_two_sessions_at_once_flag_the_one_that_began_later(
    recorded: Recorded, clinic: Clinic
) -> None:
    clinic.story.identified(pen=OTHER_PEN)
    started_with(clinic.story, FIRST, CODE)
    started_with(clinic.story, SECOND, CODE, OTHER_PEN)
    clinic.story.samples(sample_block(5, pen=OTHER_PEN))
    clinic.treat()
    clinic.story.stopped(SECOND)
    clinic.story.stopped(FIRST)
    flags = _told(recorded, clinic)
    assert (flags[FIRST], flags[SECOND]) == ([], [("used_before", "typed", (FIRST,))])


@pytest.mark.parametrize(
    ("code", "flagged"),
    [(other_code(1, "270115"), False), (other_code(1, "270114"), True), (CODE, False)],
)
def test_a_cartridge_is_good_until_the_end_of_its_day(
    recorded: Recorded, clinic: Clinic, code: str, flagged: bool
) -> None:
    clinic.session(FIRST, code)
    assert _told(recorded, clinic)[FIRST] == [("expired", "typed", ())] * flagged


def test_the_day_is_that_of_the_mini_pcs_time_zone(recorded: Recorded, clinic: Clinic) -> None:
    started_as(clinic.story, FIRST, Cartridge(expiry="2027-01-15"))
    clinic.treat()
    recorded.tell(clinic.story)
    with load_sessions(recorded.data_dir) as sessions:
        session = sessions.session(FIRST)
        assert session is not None
        (flag,) = sessions.cartridge_flags(session, timezone(timedelta(hours=18)))
    assert (flag.what, flag.day) == ("expired", "2027-01-16")


@pytest.mark.parametrize(("client", "flagged"), [("C-17", False), ("C-18", True)])
def test_the_parts_of_a_split_session_share_its_cartridge_if_they_are_of_one_client(
    recorded: Recorded, clinic: Clinic, client: str, flagged: bool
) -> None:
    started_with(clinic.story, FIRST, CODE)
    clinic.treat()
    # The journal's own first entry comes before those of the story.
    border = clinic.treat() + 1
    clinic.story.stopped(FIRST)
    clinic.session(THIRD, CODE)
    clinic.story.append(
        SessionSplit(
            session=FIRST,
            into=SECOND,
            at_position=border,
            at_unix_ns=clinic.story.time_of(border),
            client=client,
            practitioner="dr.b",
            reason="two treatments",
            nonce="00",
        )
    )
    flags = _told(recorded, clinic)
    assert flags[FIRST] == []
    assert flags[SECOND] == [("used_before", "typed", (FIRST,))] * flagged
    assert flags[THIRD] == [("used_before", "typed", (FIRST, SECOND))]


def test_sessions_that_were_merged_share_their_cartridge(
    recorded: Recorded, clinic: Clinic
) -> None:
    clinic.session(FIRST, CODE)
    clinic.session(SECOND, CODE)
    clinic.story.append(
        SessionMerged(session=FIRST, merged=SECOND, reason="one treatment", nonce="00")
    )
    assert not any(_told(recorded, clinic).values())


def test_an_amended_cartridge_changes_the_flags_of_later_sessions(
    recorded: Recorded, clinic: Clinic
) -> None:
    clinic.session(FIRST, CODE)
    clinic.session(SECOND, CODE)
    clinic.story.append(
        SessionAmended(
            session=FIRST,
            what="cartridge",
            former="",
            now=f'{{"udi": "{other_code(2)}"}}',
            reason="scanned the wrong box",
            nonce="00",
        )
    )
    assert not any(_told(recorded, clinic).values())


def test_flags_do_not_depend_on_the_order_in_which_sessions_are_read(
    recorded: Recorded, clinic: Clinic
) -> None:
    for session in (FIRST, SECOND, THIRD):
        clinic.session(session, CODE)
    sessions = clinic.story.projection().sessions()
    kin = {one.id: kin_of(one) for one in sessions}
    found = {
        flags_of(
            sessions[2], CartridgeUses(u for one in order for u in uses_of(one)), kin, UTC_ZONE
        )
        for order in permutations(sessions)
    }
    assert len(found) == 1
    (flags,) = found
    assert [flag.sessions for flag in flags] == [(FIRST, SECOND)]
