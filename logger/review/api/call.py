"""A call of the HTTP API: where it is, who may make it, and what it takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from logger.accounts import Role
from logger.review.visit import Visit

PREFIX = "/api/v1"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Call:
    """``roles`` may make it, both as the token's and as its account's; ``is_open`` to anyone.

    ``gives`` is the type of the answer, or its media types; ``takes`` that of the body, None
    where there is none. ``refusals`` are the statuses besides those that every call may have.
    """

    method: str
    path: str
    endpoint: Callable[..., Any]
    roles: frozenset[Role] = frozenset()
    gives: Any = None
    takes: Any = None
    refusals: tuple[int, ...] = ()
    is_open: bool = False


def caller(request: Request) -> Visit:
    """Return who calls, as the guard let them in."""
    visit: Visit = request.state.visit
    return visit


Caller = Annotated[Visit, Depends(caller)]
"""An argument of a call: who makes it."""


def answer(value: Any, status: int = 200) -> Response:
    """Return ``value`` as JSON."""
    return Response(msgspec.json.encode(value), status, media_type=JSON)
