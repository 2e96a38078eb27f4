"""Whether a session that was told over again, in a bundle, is the one that was sealed since."""

from collections.abc import Sequence

from logger.archive.bundle.keys_check import payload_of
from logger.archive.bundle.reading import Bundle, Chained
from logger.errors import JournalError, ProofFailed
from logger.journal.blocks import decode_block
from logger.journal.kinds import SessionRestated
from logger.session.model import Session
from logger.session.places import place_at
from logger.session.restating import restated

RESTATED = "session.restated"
CHANGING = ("session.amended", "session.split", "session.merged", "samples.assigned")
"""Kinds after which a session's segments are no longer those that were told over again."""


def check_restated(bundle: Bundle, session: Session, blocks: Sequence[Chained]) -> None:
    """Return if what was told over again agrees with the sealed session and its samples.

    How many samples there are is asked only where all lies in one journal file without a
    hole, and nothing of it is gone. ProofFailed, saying what is otherwise.
    """
    own = [one for one in bundle.entries.values() if one.is_whole]
    told = [one for one in own if one.line.kind == RESTATED and one.payload is not None]
    sessions = [_told(one) for one in told]
    if any((one.id, one.pen) != (session.id, session.pen) for one in sessions):
        raise ProofFailed("another session is told over again")
    if not told or any(
        one.line.kind in CHANGING and one.line.position > told[-1].line.position for one in own
    ):
        return
    newest = sessions[-1]
    if newest.segments != session.segments:
        raise ProofFailed("the sealed session is not the one that was told over again")
    if _has_all(bundle, blocks) and _counts(newest, blocks) != (
        newest.totals.samples_received,
        newest.samples_paused,
    ):
        raise ProofFailed("the session was told over again with other samples than it has")


def _told(entry: Chained) -> Session:
    try:
        return restated(payload_of(entry, SessionRestated))
    except JournalError as error:
        raise ProofFailed(f"entry {entry.line.position}: {error}") from error


def _has_all(bundle: Bundle, blocks: Sequence[Chained]) -> bool:
    has_hole = any(one.follows_hole for one in bundle.entries.values())
    is_one_file = len(bundle.newest.journals) == 1
    return is_one_file and not has_hole and all(one.payload is not None for one in blocks)


def _counts(session: Session, blocks: Sequence[Chained]) -> tuple[int, int]:
    """Return how many samples lie in segments, and how many in pauses."""
    counts = [0, 0]
    for one in blocks:
        place = place_at(session, one.line.position)
        if place is not None and one.payload is not None:
            counts[place.paused] += len(decode_block(one.payload))
    return counts[0], counts[1]
