"""A real mosquitto, and a subscriber that keeps what it receives."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import aiomqtt
import msgspec

from tests.support.server import HOST, ServerProcess, free_port

_WAIT_S = 30.0


class Mosquitto(ServerProcess):
    """A broker with its configuration in ``directory``; ``extra`` are more lines of it."""

    def __init__(self, directory: Path, extra: str = "", listener: str = "") -> None:
        port = free_port()
        conf = directory / "mosquitto.conf"
        anonymous = "" if "allow_anonymous" in extra else "allow_anonymous true\n"
        conf.write_text(
            f"user root\nlistener {port} {HOST}\n{listener}\n"
            f"{anonymous}max_queued_messages 0\nlog_type all\n{extra}\n"
        )
        super().__init__(["mosquitto", "-c", str(conf)], port, directory)


class Subscriber:
    """Receives everything under a filter, in order, from when it is entered."""

    def __init__(self, port: int, topic: str = "#", **client: Any) -> None:
        self._client = aiomqtt.Client(HOST, port, protocol=aiomqtt.ProtocolVersion.V5, **client)
        self._topic = topic
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.messages: list[aiomqtt.Message] = []

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        await self._client.subscribe(self._topic, qos=1)
        self._task = asyncio.create_task(self._receive())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self._client.__aexit__(None, None, None)
        except aiomqtt.MqttError:
            return

    async def _receive(self) -> None:
        async for message in self._client.messages:
            self.messages.append(message)
            self._news.set()

    def payloads(self, leaf: str) -> list[dict[str, Any]]:
        """Return the decoded payloads on topics that end with ``leaf``, in order."""
        return [
            msgspec.json.decode(bytes(message.payload))
            for message in self.messages
            if message.topic.value.endswith(leaf)
        ]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once ``condition`` holds; it is asked again with each message."""
        async with asyncio.timeout(_WAIT_S):
            while not condition():
                self._news.clear()
                await self._news.wait()
