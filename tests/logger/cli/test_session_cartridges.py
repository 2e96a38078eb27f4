"""``needlelog session show``: the cartridges and what is wrong with them."""

from logger.session.model import Session
from tests.support.cartridges import other_code, started_with
from tests.support.command_line import call
from tests.support.recorded import Recorded
from tests.support.stories import Story, sample_block

EXPIRED = other_code(1, "200131")
SESSIONS = ("20270115-aaaa", "20270115-bbbb")


def _story() -> Story:
    """Return two sessions with one cartridge, which expired long before."""
    story = Story(encoded=True)
    story.identified()
    for number, session in enumerate(SESSIONS):
        started_with(story, session, EXPIRED)
        story.samples(sample_block(5, first=number * 5))
        story.stopped(session)
    return story


def test_json_has_every_flag(recorded: Recorded) -> None:
    recorded.tell(_story())
    shown = call("--data-dir", recorded.data_dir, "session", "show", SESSIONS[1], "--json").json()
    used, expired = shown["cartridge_flags"]
    assert (used["what"], used["sessions"]) == ("used_before", [SESSIONS[0]])
    assert (expired["what"], expired["day"]) == ("expired", "2027-01-15")
    assert expired["cartridge"]["expiry"] == "2020-01-31"
    assert set(shown) >= {*Session.__struct_fields__, "clocks"}


def test_the_page_says_it_in_words(recorded: Recorded) -> None:
    recorded.tell(_story())
    lines = call("--data-dir", recorded.data_dir, "session", "show", SESSIONS[1]).out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  cartridge "))
    assert lines[at].endswith(", lot L4471, expiry 2020-01-31, serial 0001 (typed)")
    assert lines[at + 1] == f"     USED BEFORE in session {SESSIONS[0]}"
    assert lines[at + 2] == "     EXPIRED on 2020-01-31, used on 2027-01-15"
