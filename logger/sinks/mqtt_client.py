"""aiomqtt with acknowledgements that mean what they say. All of paho's traps end here.

A publish is accepted only when its PUBACK says so: aiomqtt ignores a PUBACK that carries
a failure (MQTT 5), and lets publishes hang until their timeout when the connection ends.
Messages that were given up stay queued inside paho: so a client serves one connection
and is then dropped, with its socket, whatever its state.
"""

import asyncio
import logging
import socket
import ssl
from typing import Any

import aiomqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from logger.errors import SinkRejected, SinkUnavailable
from logger.sinks.settings import MqttSettings

QOS = 1
REFUSED_RETRY_S = 60.0
_CONNECT_TIMEOUT_S = 4.0
_HEADER_BYTES = 16
_NO_LIMIT = 268_435_455
_AT_ONCE = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""Messages of one commit follow each other without waiting for the peer's TCP."""

_MESSAGE_AT_FAULT = frozenset({0x90, 0x95, 0x99})
"""Topic name invalid, packet too large, payload format invalid: trying again is no use."""
_PERSON_MUST_ACT = frozenset({0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C, 0x97})
"""Version, client id, credentials, rights, ban, method, quota: no use to try again soon."""

_PROTOCOLS = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}


_PAHO_LOG = logging.getLogger(f"{__name__}.paho")
_PAHO_LOG.setLevel(logging.CRITICAL)
"""What paho calls an error is a lost connection, of which the pump tells once."""


class _TidySocket(ssl.SSLSocket):
    """Closes when the handshake fails, where paho would leave the descriptor open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class AcknowledgedClient(aiomqtt.Client):
    """One connection to a broker, with publishes that can be pipelined."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        client_id: str,
        will: aiomqtt.Will,
        tls_context: ssl.SSLContext | None,
    ) -> None:
        if tls_context is not None:
            tls_context.sslsocket_class = _TidySocket
        password = settings.password
        v5 = settings.protocol == "5"
        super().__init__(
            settings.host,
            settings.port,
            username=settings.username,
            password=None if password is None else password.get_secret_value(),
            identifier=client_id,
            protocol=_PROTOCOLS[settings.protocol],
            will=will,
            clean_session=None if v5 else True,
            clean_start=True if v5 else 3,
            timeout=settings.timeout_s,
            keepalive=settings.keepalive_s,
            max_inflight_messages=settings.window,
            tls_context=tls_context,
            logger=_PAHO_LOG,
            socket_options=_AT_ONCE,
        )
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._largest_packet = _NO_LIMIT
        self._client.connect_timeout = min(settings.timeout_s, _CONNECT_TIMEOUT_S)

    async def open(self) -> None:
        """Connect; SinkUnavailable says why it did not work, and nothing is left behind."""
        try:
            await self.__aenter__()
        except aiomqtt.MqttError as error:
            self.drop()
            raise unavailable(error) from None
        except BaseException:
            self.drop()
            raise
        self._disconnected.add_done_callback(self._connection_ended)

    @property
    def ended(self) -> bool:
        """Whether the connection has ended without our doing."""
        return self._disconnected.done()

    def check(self) -> None:
        """Raise SinkUnavailable if the connection has ended."""
        if self._disconnected.done():
            raise self._why_it_ended()

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> asyncio.Future[None]:
        """Hand a message to the connection; the future ends with the broker's verdict.

        It raises SinkUnavailable if the connection ended or rights are missing, and
        SinkRejected if the broker refuses this very message.
        """
        self.check()
        verdict: asyncio.Future[None] = self._loop.create_future()
        if len(topic) + len(payload) + _HEADER_BYTES > self._largest_packet:
            _fail(
                verdict,
                SinkRejected(f"the broker takes no packet over {self._largest_packet} bytes"),
            )
            return verdict
        info = self._client.publish(topic, payload, QOS, retain)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise SinkUnavailable(f"the message could not be sent ({info.rc.name})")
        self._waiting[info.mid] = verdict
        return verdict

    async def settled(self, verdict: asyncio.Future[None]) -> None:
        """Return once the broker accepted the message; SinkUnavailable after ``timeout``."""
        if not verdict.done():
            try:
                async with asyncio.timeout(self.timeout):
                    await verdict
            except TimeoutError:
                raise SinkUnavailable(
                    f"the broker acknowledged nothing for {self.timeout:g} s"
                ) from None
        verdict.result()

    async def leave(self) -> None:
        """Say goodbye, so that no will is sent, and close; at worst just close."""
        try:
            await self.__aexit__(None, None, None)
        except aiomqtt.MqttError:
            self._logger.info("the broker did not wait for the goodbye")
        finally:
            self.drop()

    def drop(self) -> None:
        """Close the socket and forget all that waits. Idempotent, never raises."""
        for verdict in self._waiting.values():
            verdict.cancel()
        self._waiting.clear()
        self._client._sock_close()
        if self._disconnected.done() and not self._disconnected.cancelled():
            self._disconnected.exception()

    def _on_connect(
        self,
        client: Any,
        userdata: Any,
        flags: Any,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self._largest_packet = getattr(properties, "MaximumPacketSize", _NO_LIMIT)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self,
        client: Any,
        userdata: Any,
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        verdict = self._waiting.pop(mid, None)
        if verdict is None or verdict.done():
            return
        if reason_code.is_failure:
            _fail(verdict, _refusal(reason_code))
        else:
            verdict.set_result(None)

    def _connection_ended(self, ended: asyncio.Future[None]) -> None:
        error = self._why_it_ended()
        for verdict in self._waiting.values():
            if not verdict.done():
                _fail(verdict, error)

    def _why_it_ended(self) -> SinkUnavailable:
        if self._disconnected.cancelled():
            return SinkUnavailable("the connection to the broker was given up")
        cause = self._disconnected.exception()
        return unavailable(cause) if cause is not None else SinkUnavailable("the broker left")


def unavailable(error: BaseException) -> SinkUnavailable:
    """Return the error for a connection that failed or ended, without secrets."""
    if isinstance(error, aiomqtt.MqttCodeError) and isinstance(error.rc, ReasonCode):
        wait_s = REFUSED_RETRY_S if error.rc.value in _PERSON_MUST_ACT else None
        return SinkUnavailable(f"the broker says: {error.rc}", wait_s)
    return SinkUnavailable(f"no connection to the broker: {error or type(error).__name__}")


def _fail(verdict: asyncio.Future[None], error: SinkRejected | SinkUnavailable) -> None:
    """End ``verdict`` with ``error``; nobody need ask for it if another failed before."""
    verdict.set_exception(error)
    verdict.exception()


def _refusal(code: ReasonCode) -> SinkRejected | SinkUnavailable:
    if code.value in _MESSAGE_AT_FAULT:
        return SinkRejected(f"the broker refuses the message: {code}")
    wait_s = REFUSED_RETRY_S if code.value in _PERSON_MUST_ACT else None
    return SinkUnavailable(f"the broker refuses to take messages: {code}", wait_s)
