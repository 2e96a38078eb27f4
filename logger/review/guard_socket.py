"""Before any WebSocket: where its page is from, who asks, whether they may; and until when."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.websockets import WebSocket

from logger.review.console import Console
from logger.review.guard import find_signed_in, words_for
from logger.review.routes import SocketRoute
from logger.review.visit import see_other, sign_in_address
from logger.review.watch import Watch

_FORBIDDEN = 403


def guarded_socket(console: Console, route: SocketRoute) -> Callable[[WebSocket], Awaitable[None]]:
    """Return the page of ``route`` behind its rules; whoever is not named is not opened to."""

    async def endpoint(socket: WebSocket) -> None:
        _, signed_in = await run_in_threadpool(find_signed_in, console, socket, is_use=False)
        refusal: Response | None = None
        if signed_in is None:
            refusal = see_other(sign_in_address("/"))
        elif signed_in.account.role not in route.roles or not _is_ours(console, socket):
            refusal = Response(status_code=_FORBIDDEN)
        if refusal is not None:
            await socket.send_denial_response(refusal)
            return
        watch = Watch(
            socket,
            console,
            words_for(console, socket),
            is_signed_in=partial(_is_signed_in, console, socket),
            note_use=partial(find_signed_in, console, socket),
        )
        await route.page(watch)

    return endpoint


def _is_signed_in(console: Console, socket: WebSocket) -> bool:
    return find_signed_in(console, socket, is_use=False)[1] is not None


def _is_ours(console: Console, socket: WebSocket) -> bool:
    """Return whether a page of this console opened it: browsers let any page open one."""
    scheme = "https" if console.settings.is_secure else "http"
    host = socket.headers.get("host", "")
    return socket.headers.get("origin", "").lower() == f"{scheme}://{host}".lower()
