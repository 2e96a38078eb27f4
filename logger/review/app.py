"""The console as one application."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute

from logger.review.api.call import PREFIX
from logger.review.api.calls import CALLS
from logger.review.api.problem import problem_of
from logger.review.api.serving import add_calls
from logger.review.console import Console
from logger.review.failures import failure, refused
from logger.review.guard import guarded, words_for
from logger.review.guard_socket import guarded_socket
from logger.review.headers import SecureHeaders
from logger.review.menu import menu
from logger.review.routes import ROUTES, SOCKETS
from logger.review.visit import Visit


def make_app(console: Console) -> FastAPI:
    """Return the application: the routes and calls of the two tables, and nothing besides."""
    app = FastAPI(
        title="needlelog",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _no_page(console), Exception: _own_fault(console)},
    )
    console.templates.globals["menu"] = menu
    for route in ROUTES:
        app.add_route(route.path, guarded(console, route), methods=[route.method])
    for socket in SOCKETS:
        endpoint = guarded_socket(console, socket)
        app.router.routes.append(WebSocketRoute(socket.path, endpoint))
    add_calls(app, console, CALLS)
    app.add_middleware(SecureHeaders)
    return app


_Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def _no_page(console: Console) -> _Handler:
    async def answer(request: Request, error: Exception) -> Response:
        if _is_call(request):
            return problem_of(error)
        known = error if isinstance(error, HTTPException) else HTTPException(404)
        return refused(_of_nobody(console, request), known)

    return answer


def _own_fault(console: Console) -> _Handler:
    async def answer(request: Request, error: Exception) -> Response:
        if _is_call(request):
            return problem_of(HTTPException(500))
        del error  # the log has it
        return failure(_of_nobody(console, request), 500, "own_fault")

    return answer


def _is_call(request: Request) -> bool:
    return request.url.path.startswith(f"{PREFIX}/")


def _of_nobody(console: Console, request: Request) -> Visit:
    return Visit(request, console, words_for(console, request), token="")
