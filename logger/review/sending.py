"""A file that leaves the console: whole before it is sent, and noted before its first byte."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from starlette.responses import Response, StreamingResponse

from logger.journal.kinds import SessionExported
from logger.review.downloads import pieces
from logger.review.visit import Visit


def written(visit: Visit, write: Callable[[Path], None], exported: SessionExported) -> BinaryIO:
    """Return what ``write`` makes, open and without a name: it is gone once nobody reads it.

    So the journal is read at the drive's speed, however slow the browser is.
    """
    with TemporaryDirectory(prefix="needlelog-") as directory:
        path = Path(directory) / "download"
        write(path)
        visit.console.access.note_now(exported)
        return path.open("rb")


def sent(file: BinaryIO, name: str, media_type: str) -> Response:
    """Return the answer that hands over all of ``file`` under ``name``, and closes it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(os.fstat(file.fileno()).st_size),
    }
    return StreamingResponse(pieces(file), media_type=media_type, headers=headers)
