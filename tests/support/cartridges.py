"""Cartridges in stories: as a pen reads them, and as a person names them."""

from drivers.model import PenEvent
from logger.journal import kinds
from logger.journal.kinds import Cartridge
from logger.session.gs1 import read_scan
from tests.support.stories import EPOCH_NS, PEN, Story

GTIN = "00850000000018"
CODE = f"(01){GTIN}(17)271231(10)L4471(21)0001"
"""Good until the end of 2027; stories take place in January of that year."""


def other_code(number: int, expiry: str = "271231") -> str:
    """Return the code of another cartridge of the same lot."""
    return f"(01){GTIN}(17){expiry}(10)L4471(21){number:04d}"


def read(story: Story, code: str, pen: str = PEN) -> int:
    """Append that the pen read a cartridge's code."""
    return _event(story, PenEvent("cartridge", text=code, needle_count=12), pen)


def seated(story: Story, is_in: bool, pen: str = PEN) -> int:
    """Append that a cartridge was put in or taken out."""
    return _event(story, PenEvent("cartridge_seated", value=float(is_in)), pen)


def started_with(story: Story, session: str, code: str, pen: str = PEN) -> int:
    """Append the start of a session whose cartridge was scanned by hand."""
    return started_as(story, session, read_scan(code), pen)


def started_as(story: Story, session: str, cartridge: Cartridge, pen: str = PEN) -> int:
    """Append the start of a session with a cartridge as someone typed it."""
    started = kinds.SessionStarted(
        session=session,
        pen=pen,
        client="C-17",
        practitioner="dr.b",
        side="left",
        zone="anterior-thigh",
        nonce="00",
        cartridge=cartridge,
    )
    return story.append(started, stream=pen)


def _event(story: Story, event: PenEvent, pen: str) -> int:
    return story.append(
        kinds.PenEventSeen(event=event, time_unix_ns=EPOCH_NS), stream=pen, actor="service"
    )
