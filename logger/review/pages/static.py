"""Files that say nothing of anybody: style, scripts and pictures."""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.review.visit import Visit

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_DIRECTORIES = ("static", "static/vendor")


@dataclass(frozen=True, slots=True)
class _Shipped:
    plain: bytes
    packed: bytes
    media_type: str
    tag: str


async def static_file(visit: Visit) -> Response:
    """Return the file of that name; the browser asks each time whether it changed."""
    path = _paths().get(visit.request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    asked, shipped = visit.request.headers, _shipped(path)
    headers = {"Cache-Control": "no-cache", "ETag": shipped.tag, "Vary": "Accept-Encoding"}
    if asked.get("if-none-match") == shipped.tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in asked.get("accept-encoding", ""):
        packed = headers | {"Content-Encoding": "gzip"}
        return Response(shipped.packed, media_type=shipped.media_type, headers=packed)
    return Response(shipped.plain, media_type=shipped.media_type, headers=headers)


@cache
def _paths() -> dict[str, Path]:
    root = Path(str(files("logger.review")))
    found = (path for name in _DIRECTORIES for path in (root / name).iterdir())
    return {path.name: path for path in found if path.suffix in _TYPES}


@cache
def _shipped(path: Path) -> _Shipped:
    plain = path.read_bytes()
    tag = f'"{sha256(plain).hexdigest()[:32]}"'
    return _Shipped(plain, gzip.compress(plain, mtime=0), _TYPES[path.suffix], tag)
