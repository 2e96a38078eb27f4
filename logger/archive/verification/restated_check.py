"""Whether sessions that were told over again agree with the samples that they still have."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from logger.archive.verification.files import JournalFiles
from logger.errors import JournalError
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.places import held_stretches
from logger.session.recompute import recomputed
from logger.session.refreshing import reading
from logger.session.restating import restated

RESTATED = "session.restated"
_ERASED = "client.erased"


def restated_problems(place: Path, files: JournalFiles) -> Iterator[str]:
    """Yield what is wrong with each ``session.restated``.

    One follows an erasure in the same commit, and says of its samples what is summed up from
    them now. That is asked only where all of them are there: some may be erased since, or
    lie in a hole of a recovered file.
    """
    before: Entry | None = None
    for _, entry in files.entries((_ERASED, RESTATED)):
        if entry.kind == RESTATED and entry.payload is not None:
            problem = _order_problem(entry, before) or _problem(entry, place, files)
            if problem:
                yield f"{RESTATED} at position {entry.position}: {problem}"
        before = entry


def _order_problem(entry: Entry, before: Entry | None) -> str:
    place = (entry.position - 1, entry.time_ns)
    if before is None or (before.position, before.time_ns) != place:
        return "it follows no erasure"
    return ""


def _problem(entry: Entry, place: Path, files: JournalFiles) -> str:
    try:
        payload = kinds.decode(entry.kind, entry.payload or b"")
        if not isinstance(payload, kinds.SessionRestated):
            return "it tells of no session"
        session = restated(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, JournalError) as error:
        return str(error)
    if session.id != payload.session or session.state != "stopped":
        return f"it tells of session {session.id}, {session.state}"
    with JournalReader(place) as reader:
        if not _has_all(session, reader, files):
            return ""
        if _sums(recomputed(session, reading(reader))) != _sums(session):
            return "its samples sum up to something else"
    return ""


def _has_all(session: Session, reader: JournalReader, files: JournalFiles) -> bool:
    """Return whether every entry of its stretches is there, and every block's payload."""
    for one in held_stretches(session):
        first, last = one.from_position, one.to_position
        if len(files.chain_hashes(first, last)) != last - first + 1:
            return False
        blocks = reader.entries(first - 1, kinds=[kinds.SAMPLES], stream=session.pen, to=last)
        if any(block.payload is None for block in blocks):
            return False
    return True


def _sums(session: Session) -> tuple[object, ...]:
    return (
        session.segments,
        session.totals,
        session.samples_paused,
        session.motor_on_while_paused,
    )
