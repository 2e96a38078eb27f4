"""Cartridges as a person names them, and as a pen reads them in the course of a session."""

import pytest

from logger.errors import CommandRefused
from logger.journal.kinds import Cartridge, SessionStopped
from logger.session.cartridges import (
    CartridgeRead,
    check_cartridge,
    read_before,
    read_since,
    typed_cartridge,
)
from logger.session.model import Session
from tests.support.cartridges import CODE, other_code, read, seated
from tests.support.stories import (
    EPOCH_NS,
    RESTING,
    SESSION,
    Story,
    only_session,
    sample_block,
)

LOT = "(10)L1"


def test_what_is_typed_fills_in_what_the_scan_does_not_tell() -> None:
    assert typed_cartridge(LOT, "", "2027-12-31", 12) == Cartridge(
        udi=LOT, lot="L1", expiry="2027-12-31", needle_count=12
    )


def test_nothing_said_is_no_cartridge() -> None:
    assert typed_cartridge("", "", "", None) is None


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((LOT, "L2", "", None), "the lot is typed as L2, and the scan text says L1"),
        (("(17)271231", "", "2027-12-30", None), "the expiry is typed as 2027-12-30"),
        (("", "", "31.12.2027", None), "'31.12.2027' is no date of expiry"),
        (("", "L\n1", "", None), "cannot stand on a cartridge"),
        (("", "", "", 0), "a cartridge of 0 needles cannot be"),
    ],
)
def test_a_cartridge_that_cannot_be_is_refused(
    arguments: tuple[str, str, str, int | None], why: str
) -> None:
    with pytest.raises(CommandRefused, match=why):
        typed_cartridge(*arguments)


def test_an_expiry_is_kept_in_one_form() -> None:
    assert check_cartridge(Cartridge(expiry="20271231")).expiry == "2027-12-31"


def _told(story: Story) -> list[tuple[str, bool]]:
    return [(one.udi, one.used) for one in only_session(story).cartridges_read]


def test_a_cartridge_read_before_the_session_is_the_sessions() -> None:
    story = Story()
    read(story, CODE)
    story.started()
    story.samples(sample_block(5))
    story.stopped()
    (one,) = only_session(story).cartridges_read
    assert (one.udi, one.needle_count, one.used, one.position) == (CODE, 12, True, 2)


def test_a_cartridge_that_is_changed_before_the_motor_runs_was_not_used() -> None:
    story = Story()
    read(story, CODE)
    story.started()
    story.samples(sample_block(5, status=RESTING))
    seated(story, False)
    read(story, other_code(2))
    story.samples(sample_block(5, first=5))
    story.stopped()
    assert _told(story) == [(CODE, False), (other_code(2), True)]


def test_a_cartridge_told_twice_is_one() -> None:
    story = Story()
    story.started()
    for first in (0, 5):
        read(story, CODE)
        story.samples(sample_block(5, first=first))
    assert _told(story) == [(CODE, True)]


def test_a_cartridge_seated_after_a_forgotten_session_ended_is_not_its_own() -> None:
    story = Story()
    read(story, CODE)
    story.started()
    last = story.samples(sample_block(5))
    read(story, other_code(2))
    story.append(
        SessionStopped(
            session=SESSION, reason="forgotten", ended_position=last, ended_unix_ns=EPOCH_NS
        )
    )
    assert _told(story) == [(CODE, True)]


def test_a_cartridge_that_was_taken_out_is_not_the_next_sessions() -> None:
    story = Story()
    read(story, CODE)
    seated(story, False)
    story.started()
    story.samples(sample_block(5))
    assert _told(story) == []


def test_reads_outlast_a_dump_of_the_projection() -> None:
    story = Story()
    read(story, CODE)
    story.started()
    whole = story.projection()
    loaded = type(whole).load(whole.dump(), _none)
    read(story, other_code(2))
    story.samples(sample_block(5))
    for entry in story.entries:
        loaded.apply(entry)
    (session,) = loaded.sessions()
    assert [one.udi for one in session.cartridges_read] == [CODE, other_code(2)]


def test_a_border_between_two_sessions_parts_their_reads() -> None:
    first, second = (
        CartridgeRead(position=position, time_unix_ns=EPOCH_NS, udi=str(position))
        for position in (3, 9)
    )
    assert read_before((first, second), 9) == (first,)
    assert read_since((first, second), 8) == (first, second)
    assert read_since((first, second), 9) == (first, second)
    assert read_since((first, second), 10) == (second,)


def _none(_: str) -> Session | None:
    return None
