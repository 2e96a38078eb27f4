"""A session told over again, whole, because entries that it rested on are erased."""

import msgspec

from logger.errors import JournalError
from logger.journal.kinds import Retagged, SessionRestated, Tags
from logger.session.model import Session
from logger.session.places import held_stretches


def restating(session: Session, nonce: str) -> SessionRestated:
    """Return the entry from which ``session``, which is stopped, is known without any other."""
    return SessionRestated(
        session=session.id,
        document=msgspec.Raw(msgspec.json.encode(session)),
        nonce=nonce,
        retagged=tuple(
            Retagged(
                from_position=one.from_position,
                to_position=one.to_position,
                now=Tags(
                    session=session.id,
                    side=one.place.side,
                    zone=one.place.zone,
                    paused=one.place.paused,
                ),
            )
            for one in held_stretches(session)
        ),
    )


def restated(payload: SessionRestated) -> Session:
    """Return the session of such an entry; JournalError if it holds none."""
    try:
        return msgspec.json.decode(payload.document, type=Session)
    except msgspec.DecodeError as error:
        raise JournalError(f"this is no session: {error}") from error
