"""A session as a file to take away."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from logger.journal.kinds import ExportForm, SessionExported
from logger.review.downloads import FORMS, Wanted, pieces
from logger.review.visit import Visit
from logger.session.store import load_sessions


async def download(visit: Visit) -> Response:
    """Send the file once it is whole and its leaving is an entry."""
    session_id, asked = (visit.request.path_params[name] for name in ("session_id", "form"))
    form = next((one for one in FORMS if one == asked), None)
    if form is None:
        raise HTTPException(404)
    async with visit.console.exporting:
        file = await run_in_threadpool(_written, visit, session_id, form)
    made = FORMS[form]
    headers = {
        "Content-Disposition": f'attachment; filename="{session_id}{made.suffix}"',
        "Content-Length": str(os.fstat(file.fileno()).st_size),
    }
    return StreamingResponse(pieces(file), media_type=made.media_type, headers=headers)


def _written(visit: Visit, session_id: str, form: ExportForm) -> BinaryIO:
    """Return the file, open and without a name: it is gone once nobody reads it any more.

    So the journal is read at the drive's speed, however slow the browser is.
    """
    console = visit.console
    with load_sessions(console.data_dir) as sessions:
        session = sessions.session(session_id)
    if session is None:
        raise HTTPException(404)
    wanted = Wanted(console.data_dir, session, console.site, visit.words.language)
    now_ns = console.outside.now_unix_ns()
    exported = SessionExported(
        account=visit.who.id, at_unix_ns=now_ns, session=session.id, form=form
    )
    with TemporaryDirectory(prefix="needlelog-") as directory:
        path = Path(directory) / "download"
        FORMS[form].write(wanted, path)
        console.access.note_now(exported)
        return path.open("rb")
