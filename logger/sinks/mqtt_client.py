"""aiomqtt with acknowledgements that mean what they say. All of paho's traps end here.

A publish is accepted only when its PUBACK says so: aiomqtt ignores a PUBACK that carries
a failure (MQTT 5), and lets publishes hang until their timeout when the connection ends.
Messages that were given up may stay queued inside paho: so a client serves one
connection and is then dropped, with its socket, whatever its state.
"""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from typing import Any

import aiomqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from logger.errors import SinkRejected, SinkUnavailable
from logger.sinks.mqtt_paho import QuickPaho, publish_packet
from logger.sinks.mqtt_refusals import FAILURE, refusal_of, unavailable
from logger.sinks.mqtt_socket import SocketWatch
from logger.sinks.settings import MqttSettings

QOS = 1
_CONNECT_TIMEOUT_S = 4.0
_HEADER_BYTES = 16
_NO_LIMIT = 268_435_455
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
    """One connection to a broker, on which messages go some at a time.

    ``window`` is how many may be sent together. ``refused`` holds those of the messages
    last sent, by index, that the broker refuses for good.
    """

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
            tls_context=tls_context,
            logger=_PAHO_LOG,
            max_queued_incoming_messages=1,
        )
        self.window = settings.window
        self._quick = QuickPaho.adopt(self._client, self._acknowledged)
        self._socket = SocketWatch(self._client, self._loop, self._lost, self._lose_patience)
        self._version_5 = v5
        self._waiting: dict[int, int] = {}
        self.refused: dict[int, SinkRejected] = {}
        self._verdict: asyncio.Future[None] = self._loop.create_future()
        self._sent_s, self._left = 0.0, 0
        self._largest_packet = _NO_LIMIT
        self._client.connect_timeout = min(settings.timeout_s, _CONNECT_TIMEOUT_S)

    async def open(self) -> None:
        """Connect; SinkUnavailable says why it did not work, and nothing is left behind."""
        connecting = self._disconnected
        try:
            await self.__aenter__()
        except aiomqtt.MqttError as error:
            self.drop()
            raise unavailable(error) from None
        except BaseException:
            self.drop()
            raise
        if self._disconnected is not connecting:
            # A connection that ended as soon as it stood, which aiomqtt forgets.
            self.drop()
            self._disconnected = connecting
            raise self._why_it_ended()
        self._disconnected.add_done_callback(self._connection_ended)

    @property
    def ended(self) -> bool:
        """Whether the connection has ended without our doing."""
        return self._disconnected.done()

    def check(self) -> None:
        """Raise SinkUnavailable if the connection has ended."""
        if self._disconnected.done():
            raise self._why_it_ended()

    @property
    def unjudged(self) -> int | None:
        """Which of the messages last sent is the first without the broker's verdict."""
        return next(iter(self._waiting.values()), None)

    async def send(
        self,
        messages: Sequence[tuple[str, bytes]],
        *,
        retain: bool = False,
        unhurried: bool = False,
    ) -> None:
        """Send topics and payloads together; return when the broker has judged each of them.

        ``unhurried`` lets a judgement wait until :meth:`glance`, or 2 s, or a lot of them.
        Raises SinkUnavailable if the connection ended, rights are missing or nothing was
        acknowledged for ``timeout`` seconds. One call at a time.
        """
        self._waiting, self.refused = {}, {}
        self.check()
        packets = []
        for index, (topic, payload) in enumerate(messages):
            if len(topic) + len(payload) + _HEADER_BYTES > self._largest_packet:
                words = f"the broker takes no packet over {self._largest_packet} bytes"
                self.refused[index] = SinkRejected(words)
                continue
            mid = self._quick.identifier()
            self._waiting[mid] = index
            packets.append(
                publish_packet(topic, payload, mid, retain=retain, version_5=self._version_5)
            )
        if packets:
            self._verdict = self._loop.create_future()
            self._quick.unhurried(unhurried)
            written = self._quick.write(packets)
            if written != MQTTErrorCode.MQTT_ERR_SUCCESS:
                raise SinkUnavailable(f"the messages could not be sent ({written.name})")
            self._sent_s, self._left = self._loop.time(), len(self._waiting)
            await self._verdict

    def glance(self) -> None:
        """Look whether the broker has judged; if it has not, be told as soon as it does."""
        if not self._verdict.done():
            self._socket.glance()
            if not self._verdict.done():
                self._quick.unhurried(False)

    def _lose_patience(self) -> None:
        """End the wait for a broker that acknowledges nothing; called every 2 s."""
        if self._verdict.done():
            return
        now_s, left = self._loop.time(), len(self._waiting)
        if left < self._left:
            self._sent_s, self._left = now_s, left
        elif now_s - self._sent_s >= self.timeout:
            words = f"the broker acknowledged nothing for {self.timeout:g} s"
            _fail(self._verdict, SinkUnavailable(words))

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
        self._verdict.cancel()
        self._socket.give_up()
        if self._disconnected.done() and not self._disconnected.cancelled():
            self._disconnected.exception()

    def _client_connect(self) -> None:
        """Connect, in a thread; what comes of it is the loop's."""
        super()._client_connect()
        self._loop.call_soon_threadsafe(self._socket.attach)

    def _lost(self, error: Exception) -> None:
        for future in (self._connected, self._disconnected):
            if not future.done():
                future.set_exception(aiomqtt.MqttError(str(error) or type(error).__name__))
                return

    def _on_connect(
        self,
        client: Any,
        userdata: Any,
        flags: Any,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self._largest_packet = getattr(properties, "MaximumPacketSize", _NO_LIMIT)
        self.window = min(self.window, getattr(properties, "ReceiveMaximum", self.window))
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _acknowledged(self, mid: int, code: int) -> None:
        index = self._waiting.pop(mid, None)
        if index is None or self._verdict.done():
            return
        if code >= FAILURE:
            refusal = refusal_of(code)
            if isinstance(refusal, SinkUnavailable):
                _fail(self._verdict, refusal)
                return
            self.refused[index] = refusal
        if not self._waiting:
            self._verdict.set_result(None)

    def _connection_ended(self, ended: asyncio.Future[None]) -> None:
        if not ended.cancelled():
            # Asked for, so that nothing complains that nobody did.
            ended.exception()
        if not self._verdict.done():
            _fail(self._verdict, self._why_it_ended())

    def _why_it_ended(self) -> SinkUnavailable:
        if self._disconnected.cancelled():
            return SinkUnavailable("the connection to the broker was given up")
        cause = self._disconnected.exception()
        return unavailable(cause) if cause is not None else SinkUnavailable("the broker left")


def _fail(verdict: asyncio.Future[None], error: SinkUnavailable) -> None:
    """End ``verdict`` with ``error``; nobody need ask for it if nobody waits any more."""
    verdict.set_exception(error)
    verdict.exception()
