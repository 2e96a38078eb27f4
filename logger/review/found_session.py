"""The session that an address names."""

from starlette.exceptions import HTTPException

from logger.journal.kinds import SessionViewed
from logger.review.visit import Visit
from logger.session.model import Session


def found_session(visit: Visit) -> Session:
    """Return the session as it is now; HTTPException 404 if there is none of that id."""
    with visit.console.sessions.now() as sessions:
        session = sessions.session(visit.request.path_params["session_id"])
    if session is None:
        raise HTTPException(404)
    return session


def note_view(visit: Visit, session: Session) -> None:
    """Let it be an entry that ``session`` is shown."""
    now_ns = visit.console.outside.now_unix_ns()
    viewed = SessionViewed(account=visit.who.id, at_unix_ns=now_ns, session=session.id)
    visit.console.access.note(viewed)


def session_address(session: Session) -> str:
    """Return the address of its page."""
    return f"/sessions/{session.id}"
