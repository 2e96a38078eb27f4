"""Orders about records, judged and told as the recorder does, on a story."""

from itertools import count

from logger.journal.blocks import decode_block
from logger.journal.kinds import SAMPLES
from logger.session.model import Session
from logger.session.orders import By
from logger.session.projection import Projection
from logger.session.record_orders import AnyRecordOrder, BlockTimes, KnownRecords
from logger.session.record_rules import decide_record
from logger.session.refreshing import refresh
from logger.session.rows import utc_ns_at
from tests.support.stories import Story

DOCTOR = By(id="dr.b", name="Dr B", role="practitioner")
SECOND = By(id="dr.c", name="Dr C", role="practitioner")
MANAGER = By(id="boss", name="A Manager", role="administrator")
AUDITOR = By(id="audit", name="An Auditor", role="auditor")


def known_records(story: Story, projection: Projection) -> KnownRecords:
    """Return the state of things at the end of ``story``."""
    numbers = count(story.position)
    return KnownRecords(
        open_sessions=projection.open_sessions(),
        find=projection.session,
        holding=projection.holding,
        block_times=lambda pen, position: block_times(story, pen, position),
        is_session=projection.is_session,
        make_session_id=lambda: f"20261122-{next(numbers):04d}",
        make_nonce=lambda: "n0nce",
    )


def block_times(story: Story, pen: str, position: int) -> BlockTimes | None:
    """Return when the samples at ``position`` were taken."""
    if not 1 <= position <= story.position:
        return None
    entry = story.entries[position - 1]
    if entry.kind != SAMPLES or entry.stream != pen:
        return None
    block = entry.block or decode_block(entry.payload or b"")
    return BlockTimes(utc_ns_at(block, 0), utc_ns_at(block, -1))


def carried_out(story: Story, order: AnyRecordOrder) -> int:
    """Append what ``order`` makes; returns its position. CommandRefused if it is refused."""
    projection = told(story)
    for payload in decide_record(order, known_records(story, projection)):
        session = projection.session(getattr(payload, "session", ""))
        assert session is not None
        story.append(payload, stream=session.pen)
    return story.position


def told(story: Story) -> Projection:
    """Return the story folded from scratch, with everything summed up that is due."""
    projection = story.projection()
    refresh(projection, story.read_pen)
    return projection


def session_of(story: Story, session: str) -> Session:
    """Return a session at the end of ``story``."""
    found = told(story).session(session)
    assert found is not None
    return found
