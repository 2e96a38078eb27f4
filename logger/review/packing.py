"""Answers packed for the way over the network, where the browser takes them so."""

import gzip

from starlette.requests import Request
from starlette.responses import Response

_LEVEL = 1
"""The quickest there is: a page of 150 kB takes two milliseconds and becomes 20 kB."""


def packed(request: Request, content: bytes, media_type: str, status: int = 200) -> Response:
    """Return the answer with ``content``."""
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, status, headers, media_type)
