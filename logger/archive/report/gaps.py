"""The gaps of a session, as the recorder told of them when it noticed."""

from logger.journal import kinds
from logger.journal.kinds import Gap
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.places import place_at, reach


def gaps_of(reader: JournalReader, session: Session) -> list[Gap]:
    """Return what is known to be missing within ``session``, in order of the journal."""
    within = reach(session)
    if within is None:
        return []
    entries = reader.entries(
        within.from_position - 1, kinds=("gap",), stream=session.pen, to=within.to_position
    )
    found = []
    for entry in entries:
        if entry.payload is not None and place_at(session, entry.position) is not None:
            told = kinds.decode(entry.kind, entry.payload)
            if isinstance(told, Gap):
                found.append(told)
    return found
