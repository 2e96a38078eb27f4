"""One WebSocket, with who opened it and in which words it speaks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.websockets import WebSocket

from logger.review.console import Console
from logger.review.words import Words


@dataclass(frozen=True, slots=True)
class Watch:
    """A socket of somebody who may have it, not accepted yet.

    ``is_signed_in`` tells whether the sign-in lasts, and lets it idle on; ``note_use`` lets it
    begin to idle anew, as somebody touched the page. Both may block.
    """

    socket: WebSocket
    console: Console
    words: Words
    is_signed_in: Callable[[], bool]
    note_use: Callable[[], object]


SocketPage = Callable[[Watch], Awaitable[None]]
