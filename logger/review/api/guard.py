"""Before any call of the API: whose token it is, and whether they may."""

import math
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from logger.accounts.bearing import Bearer, bearer_of
from logger.errors import NeedlelogError
from logger.journal.kinds import SignInFailed
from logger.review.api.call import Call
from logger.review.api.problem import problem_of
from logger.review.api.wrong_tokens import WrongTokens
from logger.review.console import Console
from logger.review.visit import Visit
from logger.review.words import Words

_SCHEME = "bearer "
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_LANGUAGE = "en"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def guarded(console: Console, wrong: WrongTokens, call: Call) -> type[APIRoute]:
    """Return the kind of route that lets those make ``call`` who may, and nobody else.

    The body of a request is not read before.
    """

    class Guarded(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def guarded_handle(request: Request) -> Response:
                try:
                    request.state.visit = await _admitted(console, wrong, call, request)
                    return await handle(request)
                except (NeedlelogError, HTTPException, RequestValidationError) as error:
                    return problem_of(error)

            return guarded_handle

    return Guarded


async def _admitted(console: Console, wrong: WrongTokens, call: Call, request: Request) -> Visit:
    words = Words(_LANGUAGE)
    if call.is_open:
        return Visit(request, console, words, token="")
    bearer = await run_in_threadpool(_bearer, console, wrong, request)
    if not bearer.is_of(call.roles):
        raise HTTPException(403)
    return Visit(
        request, console, words, token="", account=bearer.account, access_token=bearer.token
    )


def _bearer(console: Console, wrong: WrongTokens, request: Request) -> Bearer:
    """Return whose token is shown; HTTPException 401, or 429 after too many wrong ones."""
    shown = request.headers.get("authorization", "")
    if not shown.lower().startswith(_SCHEME):
        raise HTTPException(401, headers=_CHALLENGE)
    now_unix_ns = console.outside.now_unix_ns()
    bearer = bearer_of(console.data_dir, shown[len(_SCHEME) :].strip(), now_unix_ns)
    if bearer is not None:
        return bearer
    wait_s = wrong.count(request.client.host if request.client else "")
    if wait_s:
        raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait_s))})
    console.access.note_failure(SignInFailed(account="", at_unix_ns=now_unix_ns))
    raise HTTPException(401, headers=_CHALLENGE)
