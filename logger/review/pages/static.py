"""Files that say nothing of anybody: style and pictures."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from logger.review.visit import Visit

_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


async def static_file(visit: Visit) -> Response:
    """Return the file of that name; the browser asks each time whether it changed."""
    path = _shipped().get(visit.request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    kept = {"Cache-Control": "no-cache"}
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=kept)


@cache
def _shipped() -> dict[str, Path]:
    directory = Path(str(files("logger.review").joinpath("static")))
    return {path.name: path for path in directory.iterdir() if path.suffix in _TYPES}
