"""A browser's WebSocket to an application in memory, spoken to as the server would."""

import asyncio
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec
from starlette.types import ASGIApp, Message

from tests.support.consoled import ADDRESS, Browser, Consoled

PATIENCE_S = 20.0
_OPENED = 101


class Socket:
    """``status`` is 101 once it is open, else that of the refusal; ``headers`` are its."""

    def __init__(
        self, consoled: Consoled, browser: Browser, path: str = "/live/feed", origin: str = ADDRESS
    ) -> None:
        self._app: ASGIApp = consoled.app
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._scope = _scope(browser.client, path, origin)
        self.status = 0
        self.headers = httpx.Headers()

    async def __aenter__(self) -> Self:
        self._said.put_nowait({"type": "websocket.connect"})
        self._serving = asyncio.create_task(self._serve())
        first = await self._next()
        if first["type"] == "websocket.accept":
            self.status = _OPENED
        else:
            self.status = first["status"]
            self.headers = httpx.Headers(first["headers"])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self._serving, PATIENCE_S)

    async def told(self, kind: str) -> dict[str, Any]:
        """Return the next message of that kind."""
        while True:
            event = await self._next()
            message: dict[str, Any] = msgspec.json.decode(event["text"])
            if message["kind"] == kind:
                return message

    async def ended(self) -> int:
        """Return the code with which the console closes it, whatever it tells before."""
        while True:
            event = await self._next()
            if event["type"] == "websocket.close":
                return int(event["code"])

    def say(self, text: str) -> None:
        """Send a word from the page."""
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    async def _serve(self) -> None:
        await self._app(self._scope, self._said.get, self._told.put)

    async def _next(self) -> Message:
        return await asyncio.wait_for(self._told.get(), PATIENCE_S)


def _scope(client: httpx.AsyncClient, path: str, origin: str) -> dict[str, Any]:
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    host = httpx.URL(ADDRESS).host
    headers = {"host": host, "origin": origin, "cookie": cookie}
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": (host, 80),
        "subprotocols": [],
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }
