"""The broker: a block a message, QoS 1, in order; retained states that speak of now."""

import asyncio
import ssl
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from dataclasses import replace

import aiomqtt

from drivers.model import HostTime
from logger.errors import ConfigError, SinkUnavailable
from logger.journal.entry import Entry
from logger.journal.quarantine import Quarantined
from logger.session.assignment import Retag
from logger.sinks.mqtt_client import QOS, AcknowledgedClient
from logger.sinks.mqtt_erasing import pens_of_erased
from logger.sinks.mqtt_payloads import Message, Publisher
from logger.sinks.mqtt_refusals import REFUSED_RETRY_S
from logger.sinks.mqtt_states import availability, bridge_state, session_state
from logger.sinks.mqtt_suspect import Suspect
from logger.sinks.present import Present
from logger.sinks.settings import MqttSettings
from logger.sinks.sink import Labelled, Receipt
from logger.sinks.texts import TextsOfBlocks
from logger.sinks.tls import tls_context

_GOODBYE_S = 2.0
_OBJECT = b"{"
_BEFORE_PAYLOAD = b" " + _OBJECT

_Placed = tuple[int, Message]
"""A message and the position of the entry that it tells of."""


class MqttSink:
    """Publishes to one broker and subscribes to nothing: the broker can command nothing.

    ``present`` is asked what is true now, and returns the very object as before where
    nothing has changed; ``clock`` reads the host's clocks.
    """

    name = "mqtt"
    linger_s = 0.0
    max_rows = 100_000

    def __init__(
        self,
        settings: MqttSettings,
        *,
        site: str,
        journal_id: str,
        present: Callable[[], Present],
        clock: Callable[[], HostTime],
        texts: TextsOfBlocks | None = None,
    ) -> None:
        self.max_entries = settings.batch_messages
        self._settings = settings
        self._client_id = settings.client_id or f"needlelog-{site}-{journal_id[:8]}"
        base = settings.base_topic or f"needlelog/{site}"
        self._publisher = Publisher(base, site, journal_id, texts or TextsOfBlocks())
        self._present = present
        self._clock = clock
        self._client: AcknowledgedClient | None = None
        self._retained: dict[str, bytes] = {}
        self._told: Present | None = None
        self._suspect = Suspect()

    async def connect(self) -> None:
        """Connect with a will, then say that the service is there and what is true now."""
        topic = self._publisher.bridge_topic
        client = AcknowledgedClient(
            self._settings,
            client_id=self._client_id,
            will=aiomqtt.Will(topic, bridge_state(False), QOS, retain=True),
            tls_context=await asyncio.to_thread(self._tls_context),
        )
        await client.open()
        self._client = client
        self._retained, self._told = {}, None
        await self._retain({topic: bridge_state(True)})
        await self.attend()

    def _tls_context(self) -> ssl.SSLContext | None:
        if self._settings.tls is None:
            return None
        try:
            return tls_context(self._settings.tls, "mqtt.tls")
        except ConfigError as error:
            raise SinkUnavailable(str(error)) from None

    async def deliver(self, batch: Sequence[Labelled], *, at_leisure: bool = False) -> Receipt:
        """Publish ``batch`` in order, with a bounded number on their way."""
        client, now_ns = self._connected(), self._clock().wall_ns
        together: list[_Placed] = []
        refused: list[Quarantined] = []
        for item in batch:
            position = item.entry.position
            message = self._publisher.message(item, now_ns)
            if message is None:
                continue
            if words := self._suspect.convicted(position):
                refused.append(self._quarantined(position, message, words))
                continue
            if together and (
                len(together) >= self._suspect.window(client.window, together[0][0])
                or message.retain != together[0][1].retain
            ):
                refused += await self._publish(together)
                together = []
            together.append((position, message))
        if together:
            refused += await self._publish(together, unhurried=at_leisure)
        self._suspect.settled()
        if erased := pens_of_erased(batch):
            await self._clear(erased)
        return Receipt(refused)

    async def retag(
        self, retag: Retag, entry: Entry, batches: AsyncIterable[Sequence[Labelled]]
    ) -> Receipt:
        """Publish a correction: who keeps the blocks can correct them by position."""
        del batches
        message = self._publisher.correction(retag, entry, self._clock().wall_ns)
        return Receipt(await self._publish([(entry.position, message)]))

    async def retry(self, items: Sequence[Quarantined]) -> Sequence[Quarantined]:
        """Publish refused messages once more, one by one: a broker may hang up at each."""
        client = self._connected()
        refused = []
        for item in items:
            topic, _, payload = item.item.partition(_BEFORE_PAYLOAD)
            retain = topic.decode() == self._publisher.head_topic
            await client.send([(topic.decode(), _OBJECT + payload)], retain=retain)
            refused += [replace(item, reason=str(words)) for words in client.refused.values()]
        return refused

    async def attend(self) -> None:
        """Notice a lost connection, and publish what has changed about the present."""
        self._connected().check()
        present = self._present()
        if present is self._told:
            return
        states: dict[str, bytes] = {}
        for pen, now in present.pens.items():
            states[self._publisher.pen_topic(pen, "availability")] = availability(now)
            states[self._publisher.pen_topic(pen, "session")] = session_state(pen, now.session)
        await self._retain(states)
        self._told = present

    def glance(self) -> None:
        """Look whether the broker has judged what was sent."""
        if self._client is not None:
            self._client.glance()

    async def close(self, *, goodbye: bool) -> None:
        """Drop the connection; without ``goodbye`` the broker publishes the will."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            if goodbye:
                async with asyncio.timeout(_GOODBYE_S):
                    topic = self._publisher.bridge_topic
                    await client.send([(topic, bridge_state(False))], retain=True)
                    await client.leave()
        except (SinkUnavailable, TimeoutError):
            return
        finally:
            client.drop()

    def notes(self) -> Sequence[str]:
        """Return what a person should know: that 3.1.1 cannot tell of refused messages."""
        if self._settings.protocol == "5":
            return ()
        return ("MQTT 3.1.1 has no way to say that a message was refused; prefer protocol 5",)

    def _connected(self) -> AcknowledgedClient:
        if self._client is None:
            raise SinkUnavailable("there is no connection to the broker")
        return self._client

    async def _retain(self, states: dict[str, bytes]) -> None:
        client = self._connected()
        changed = [(t, p) for t, p in states.items() if self._retained.get(t) != p]
        for first in range(0, len(changed), client.window):
            some = changed[first : first + client.window]
            await client.send(some, retain=True)
            for refusal in client.refused.values():
                raise SinkUnavailable(str(refusal), REFUSED_RETRY_S)
            self._retained.update(some)

    async def _clear(self, pens: Iterable[str]) -> None:
        """Replace what the broker may keep of an erased session of ``pens``, if it was cut off."""
        now = self._present().pens
        states: dict[str, bytes] = {}
        for pen in pens:
            session = now[pen].session if pen in now else None
            states[self._publisher.pen_topic(pen, "session")] = session_state(pen, session)
        await self._retain(states)

    async def _publish(
        self, together: Sequence[_Placed], *, unhurried: bool = False
    ) -> list[Quarantined]:
        """Publish messages that are all to be retained, or all not."""
        client, retain = self._connected(), together[0][1].retain
        try:
            parts = [message.parts for _, message in together]
            await client.send(parts, retain=retain, unhurried=unhurried)
        except SinkUnavailable:
            if client.ended and client.unjudged is not None:
                self._suspect.lost(together[client.unjudged][0])
            raise
        finally:
            for index, refusal in client.refused.items():
                self._suspect.refused(together[index][0], str(refusal))
        return [
            self._quarantined(*together[index], str(refusal))
            for index, refusal in sorted(client.refused.items())
        ]

    def _quarantined(self, position: int, message: Message, reason: str) -> Quarantined:
        # A payload is a JSON object, so that the two can be told apart again.
        item = message.topic.encode() + b" " + message.payload
        return Quarantined(self.name, position, item, reason)
