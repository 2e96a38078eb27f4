"""The page of one session."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.archive.report.overview import Beside
from logger.archive.report.reading import beside_of
from logger.journal.kinds import SessionViewed
from logger.review.downloads import FORMS
from logger.review.session_actions import actions, just_done
from logger.review.session_facts import session_facts
from logger.review.visit import Visit
from logger.session.model import Session


async def session_page(visit: Visit) -> Response:
    """Show a session; that it was looked at is noted before."""
    return await run_in_threadpool(_shown, visit, visit.request.path_params["session_id"])


def viewed_session(visit: Visit, session_id: str) -> tuple[Session, Beside]:
    """Return a session, and what others tell of it; HTTPException 404 if there is none.

    That it is looked at is noted.
    """
    console = visit.console
    with console.sessions.now() as sessions:
        session = sessions.session(session_id)
        if session is None:
            raise HTTPException(404)
        beside = beside_of(sessions, session)
    viewed = SessionViewed(
        account=visit.who.id,
        at_unix_ns=console.outside.now_unix_ns(),
        session=session.id,
        token=visit.access_token,
    )
    console.access.note(viewed)
    return session, beside


def _shown(visit: Visit, session_id: str) -> Response:
    console = visit.console
    session, beside = viewed_session(visit, session_id)
    facts = session_facts(console.data_dir, session, beside, console.site, visit.words)
    facts |= {"actions": actions(session, visit.who), "done": just_done(visit)}
    return visit.page("session.html", forms=FORMS, **facts)
