"""A session as a file to take away."""

from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.journal.kinds import ExportForm, SessionExported
from logger.review.downloads import FORMS, Wanted
from logger.review.sending import sent, written
from logger.review.visit import Visit


async def download(visit: Visit) -> Response:
    """Send the file once it is whole and its leaving is an entry."""
    session_id, asked = (visit.request.path_params[name] for name in ("session_id", "form"))
    form = next((one for one in FORMS if one == asked), None)
    if form is None:
        raise HTTPException(404)
    return await send_file(visit, session_id, form)


async def send_file(visit: Visit, session_id: str, form: ExportForm) -> Response:
    """Send a session in that form; HTTPException 404 if there is none of that id."""
    async with visit.console.exporting:
        file = await run_in_threadpool(_written, visit, session_id, form)
    made = FORMS[form]
    return sent(file, f"{session_id}{made.suffix}", made.media_type)


def _written(visit: Visit, session_id: str, form: ExportForm) -> BinaryIO:
    console = visit.console
    with console.sessions.now() as sessions:
        session = sessions.session(session_id)
    if session is None:
        raise HTTPException(404)
    wanted = Wanted(console.data_dir, session, console.site, visit.words.language)
    exported = SessionExported(
        account=visit.who.id,
        at_unix_ns=console.outside.now_unix_ns(),
        session=session.id,
        form=form,
        token=visit.access_token,
    )
    return written(visit, lambda path: FORMS[form].write(wanted, path), exported)
