"""Has the event loop watch a paho client's socket exactly as long as it is open.

aiomqtt connects in a thread and has each step done "soon" on the loop. A connection that
ends meanwhile then leaves a descriptor watched after it was closed; the next socket that
gets its number, be it a pen's port, is deaf. Here the loop first looks at the socket when
the thread is done with it, and from then on every step is done at once.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

_MISC_EVERY_S = 2.0


class SocketWatch:
    """Takes the place of aiomqtt's own; ``lost`` is told once why a connection ended.

    ``at_times`` is called every 2 s, after all that had arrived was read. Until
    :meth:`attach`, which belongs to the loop, nothing is watched.
    """

    def __init__(
        self,
        client: paho.Client,
        loop: asyncio.AbstractEventLoop,
        lost: Callable[[Exception], None],
        at_times: Callable[[], None],
    ) -> None:
        self._client = client
        self._loop = loop
        self._lost = lost
        self._at_times = at_times
        self._attached = self._given_up = False
        self._misc: asyncio.Task[None] | None = None
        client.on_socket_open = None
        client.on_socket_close = self._closing
        client.on_socket_register_write = self._wants_to_write
        client.on_socket_unregister_write = self._has_written

    def attach(self) -> None:
        """Watch the socket that connecting has made, if it is open still."""
        sock = self._client.socket()
        if self._given_up:
            self._client._sock_close()
        elif sock is None:
            self._lost(ConnectionError("the broker closed it"))
        else:
            self._attached = True
            self._loop.add_reader(sock.fileno(), self._guarded, self._read)
            self._misc = self._loop.create_task(self._keep_alive())
            if self._client.want_write():
                self._wants_to_write(self._client, None, sock)

    def glance(self) -> None:
        """Read what is there without waiting to be told of it."""
        if self._attached:
            self._guarded(self._read)

    def give_up(self) -> None:
        """Close the socket, also one that a thread is still about to make; idempotent."""
        self._given_up = True
        self._client._sock_close()

    def _closing(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        if self._attached:
            self._attached = False
            self._loop.remove_reader(sock.fileno())
            self._loop.remove_writer(sock.fileno())
            if not self._given_up:
                # Soon, because paho may have more to say of it.
                self._loop.call_soon(self._lost, ConnectionError("the broker closed it"))
        if self._misc is not None:
            self._misc.cancel()

    def _wants_to_write(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        if self._attached:
            self._loop.add_writer(sock.fileno(), self._guarded, self._client.loop_write)

    def _has_written(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        if self._attached:
            self._loop.remove_writer(sock.fileno())

    def _read(self) -> None:
        """Read all there is; some of it may wait above the system, decrypted or read ahead."""
        self._client.loop_read()
        while self._pending_bytes() > 0:
            self._client.loop_read()

    def _pending_bytes(self) -> int:
        sock: Any = self._client.socket()
        return 0 if sock is None else sock.pending()

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - what garbage from a broker makes of paho
            self._client._sock_close()
            self._lost(error)

    async def _keep_alive(self) -> None:
        while self._client.loop_misc() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            await asyncio.sleep(_MISC_EVERY_S)
            self.glance()
            self._at_times()
