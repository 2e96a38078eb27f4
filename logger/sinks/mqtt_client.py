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
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from logger.errors import SinkRejected, SinkUnavailable
from logger.sinks.mqtt_paho import QuickPaho, publish_packet
from logger.sinks.settings import MqttSettings

QOS = 1
REFUSED_RETRY_S = 60.0
_CONNECT_TIMEOUT_S = 4.0
_HEADER_BYTES = 16
_NO_LIMIT = 268_435_455
_FAILURE = 0x80
"""Reason codes from here on say that a packet was not accepted."""

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
        )
        self.window = settings.window
        self._quick = QuickPaho.adopt(self._client, self._acknowledged)
        self._version_5 = v5
        self._waiting: dict[int, int] = {}
        self.refused: dict[int, SinkRejected] = {}
        self._verdict: asyncio.Future[None] = self._loop.create_future()
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

    @property
    def unjudged(self) -> int | None:
        """Which of the messages last sent is the first without the broker's verdict."""
        return next(iter(self._waiting.values()), None)

    async def send(self, messages: Sequence[tuple[str, bytes]], *, retain: bool = False) -> None:
        """Send topics and payloads together; return when the broker has judged each of them.

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
            written = self._quick.write(packets)
            if written != MQTTErrorCode.MQTT_ERR_SUCCESS:
                raise SinkUnavailable(f"the messages could not be sent ({written.name})")
            await self._judged(self._verdict)

    async def _judged(self, verdict: asyncio.Future[None]) -> None:
        while not verdict.done():
            left = len(self._waiting)
            await asyncio.wait([verdict], timeout=self.timeout)
            if not verdict.done() and len(self._waiting) == left:
                raise SinkUnavailable(f"the broker acknowledged nothing for {self.timeout:g} s")
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
        self._verdict.cancel()
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
        self.window = min(self.window, getattr(properties, "ReceiveMaximum", self.window))
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _acknowledged(self, mid: int, code: int) -> None:
        index = self._waiting.pop(mid, None)
        if index is None or self._verdict.done():
            return
        if code >= _FAILURE:
            refusal = _refusal(code)
            if isinstance(refusal, SinkUnavailable):
                _fail(self._verdict, refusal)
                return
            self.refused[index] = refusal
        if not self._waiting:
            self._verdict.set_result(None)

    def _connection_ended(self, ended: asyncio.Future[None]) -> None:
        if not self._verdict.done():
            _fail(self._verdict, self._why_it_ended())

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


def _fail(verdict: asyncio.Future[None], error: SinkUnavailable) -> None:
    """End ``verdict`` with ``error``; nobody need ask for it if nobody waits any more."""
    verdict.set_exception(error)
    verdict.exception()


def _refusal(code: int) -> SinkRejected | SinkUnavailable:
    """Return what the reason code of a PUBACK, 128 or more, says of a message."""
    if code in _MESSAGE_AT_FAULT:
        return SinkRejected(f"the broker refuses the message: {_words(code)}")
    wait_s = REFUSED_RETRY_S if code in _PERSON_MUST_ACT else None
    return SinkUnavailable(f"the broker refuses to take messages: {_words(code)}", wait_s)


def _words(code: int) -> str:
    """Return what a reason code means; brokers also use those of other packets."""
    for packet in (PacketTypes.PUBACK, PacketTypes.DISCONNECT):
        try:
            return str(ReasonCode(packet, identifier=code))
        except (KeyError, ValueError):
            continue
    return f"reason code {code}"
