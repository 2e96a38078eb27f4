"""A real influxdb 1.6.7 behind a shim that gives it the v2 write and delete API."""

import re
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.support.server import HOST, ServerProcess, free_port

_CONFIG = """
reporting-disabled = true
bind-address = "{host}:{rpc_port}"
[meta]
dir = "{directory}/meta"
[data]
dir = "{directory}/data"
wal-dir = "{directory}/wal"
max-series-per-database = 0
[http]
bind-address = "{host}:{port}"
log-enabled = false
"""


class Influxd(ServerProcess):
    """The server itself, speaking its own version 1 API."""

    def __init__(self, directory: Path) -> None:
        port = free_port()
        config = directory / "influxdb.conf"
        config.write_text(
            _CONFIG.format(host=HOST, port=port, rpc_port=free_port(), directory=directory)
        )
        super().__init__(["influxd", "-config", str(config)], port, directory)
        self.url = f"http://{HOST}:{port}"

    async def create(self, database: str) -> None:
        """Create ``database``."""
        async with (
            aiohttp.ClientSession(self.url) as session,
            session.post("/query", params={"q": f'CREATE DATABASE "{database}"'}) as answer,
        ):
            answer.raise_for_status()


class Shim:
    """Maps ``/api/v2/write`` and ``/api/v2/delete`` to version 1, bucket to database.

    ``answers`` are statuses (with headers) to give to the next requests instead, and
    ``answer`` is one to give to every request while it is set; ``requests`` counts the
    writes that reached it.
    """

    def __init__(self, server: Influxd) -> None:
        self._server = server
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.answer: tuple[int, dict[str, str]] | None = None
        self.requests = 0
        self.largest_body: int | None = None
        self.requests_too_large = 0
        self.can_delete = True

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=100_000_000)
        app.router.add_post("/api/v2/write", self._write)
        app.router.add_post("/api/v2/delete", self._delete)
        self._session = aiohttp.ClientSession(self._server.url)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port).start()

    async def stop(self) -> None:
        """Stop listening and drop all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _write(self, request: web.Request) -> web.Response:
        self.requests += 1
        body = await request.read()
        if self.answers or self.answer:
            status, headers = self.answer or self.answers.pop(0)
            return web.json_response(
                {"message": "as the test wishes"}, status=status, headers=headers
            )
        if self.largest_body is not None and len(body) > self.largest_body:
            self.requests_too_large += 1
            return web.json_response({"message": "too large"}, status=413)
        query = {"db": request.query["bucket"], "precision": "ns"}
        return await self._pass_on("/write", query, body)

    async def _delete(self, request: web.Request) -> web.Response:
        if not self.can_delete:
            return web.json_response({"message": "path not found"}, status=404)
        wish = await request.json()
        tags = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', wish["predicate"]))
        measurement = tags.pop("_measurement")
        where = " AND ".join(f"\"{tag}\" = '{value}'" for tag, value in tags.items())
        order = (
            f'DELETE FROM "{measurement}" WHERE {where} '
            f"AND time >= '{wish['start']}' AND time < '{wish['stop']}'"
        )
        return await self._pass_on("/query", {"db": request.query["bucket"], "q": order}, b"")

    async def _pass_on(self, path: str, query: dict[str, str], body: bytes) -> web.Response:
        assert self._session is not None
        async with self._session.post(path, params=query, data=body) as answer:
            words = await answer.read()
            if answer.status == 200:
                return web.Response(status=204)
            message = words.decode(errors="replace")
            return (
                web.json_response({"message": message}, status=answer.status)
                if (answer.status >= 400)
                else web.Response(status=answer.status)
            )
