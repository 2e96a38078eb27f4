"""Topics and payloads for the broker. ``config/asyncapi.yaml`` describes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypedDict

import msgspec

from drivers.escape import escape_topic
from drivers.model import SampleBlock, is_simulated
from logger.journal.entry import Entry
from logger.session.assignment import Assignment, Retag
from logger.sinks.allow import HEAD, PublicEvent, Value, public_erasure, public_event
from logger.sinks.mqtt_erasing import erasure_message
from logger.sinks.mqtt_states import SCHEMA, signed_head
from logger.sinks.sink import Labelled
from logger.sinks.texts import Column, TextsOfBlocks

HISTORICAL_AFTER_NS = 10_000_000_000

_ENCODE = msgspec.json.Encoder().encode
_TOPICS_KEPT = 200
_KEYS_KEPT = 200


class Tags(msgspec.Struct, frozen=True):
    """The session of a stretch; all null where there is none."""

    session: str | None
    side: str | None
    zone: str | None


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What every message about the past begins with."""

    schema: int = SCHEMA
    site: str
    pen: str
    simulated: bool
    historical: bool
    journal: str
    position: int
    session: str | None
    side: str | None
    zone: str | None


class Telemetry(Head, frozen=True, kw_only=True):
    """A block of samples as columns of one length."""

    paused: bool
    boot_id: int | None
    sequence_counted: bool
    anchor: int
    sequence: msgspec.Raw
    time_unix_us: msgspec.Raw
    channels: msgspec.Raw
    status: list[int]
    status_known: int


class Event(Head, frozen=True, kw_only=True):
    """Something besides samples; the values carry their unit in the name."""

    event: str
    time_unix_us: int
    values: dict[str, Value]


class Correction(Head, frozen=True, kw_only=True):
    """What lies from one position to another, both included, changed hands."""

    from_position: int
    to_position: int
    former: Tags
    now: Tags


class _HeadFields(TypedDict):
    site: str
    pen: str
    simulated: bool
    historical: bool
    journal: str
    position: int
    session: str | None
    side: str | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """A payload and where it goes; the broker keeps one to ``retain`` for later subscribers."""

    topic: str
    payload: bytes
    retain: bool = False

    @property
    def parts(self) -> tuple[str, bytes]:
        """Topic and payload."""
        return self.topic, self.payload


@dataclass(frozen=True, slots=True)
class Publisher:
    """Makes messages for one site and one journal under ``base``."""

    base: str
    site: str
    journal: str
    texts: TextsOfBlocks = field(default_factory=TextsOfBlocks)

    @property
    def bridge_topic(self) -> str:
        """Where the state of the service itself is retained."""
        return f"{self.base}/bridge/state"

    @property
    def head_topic(self) -> str:
        """Where the newest signed head of the journal is retained."""
        return f"{self.base}/bridge/head"

    @property
    def erasure_topic(self) -> str:
        """Where receivers are told what to forget."""
        return f"{self.base}/bridge/erasure"

    def pen_topic(self, pen: str, leaf: str) -> str:
        """Return the topic ``leaf`` of a pen, whatever its serial number holds."""
        return f"{self.base}/pen/{_level(pen)}/{leaf}"

    def message(self, item: Labelled, now_ns: int) -> Message | None:
        """Return what is to be published of ``item``; None if nothing may."""
        if item.block is not None:
            payload = _ENCODE(self._telemetry(item, item.block, now_ns))
            return Message(self.pen_topic(item.entry.stream, "telemetry"), payload)
        historical = _is_historical(item.entry, now_ns)
        erasure = public_erasure(item.entry)
        if erasure is not None:
            journal = item.entry.journal or self.journal
            payload = erasure_message(self.site, journal, erasure, historical)
            return Message(self.erasure_topic, payload)
        event = public_event(item.entry)
        if event is not None and item.entry.kind == HEAD:
            head = signed_head(self.site, item.entry, event, historical)
            return Message(self.head_topic, head, retain=True)
        if event is None or not item.entry.stream:
            return None
        payload = _ENCODE(self._event(item, event, now_ns))
        return Message(self.pen_topic(item.entry.stream, "event"), payload)

    def correction(self, retag: Retag, entry: Entry, now_ns: int) -> Message:
        """Return the message that tells of ``retag``, which ``entry`` brought about."""
        correction = Correction(
            **self._head(entry, retag.stream, retag.new, now_ns),
            from_position=retag.from_position,
            to_position=retag.to_position,
            former=_tags(retag.former),
            now=_tags(retag.new),
        )
        return Message(self.pen_topic(retag.stream, "correction"), _ENCODE(correction))

    def _telemetry(self, item: Labelled, block: SampleBlock, now_ns: int) -> Telemetry:
        texts = self.texts.of(block)
        return Telemetry(
            **self._head(item.entry, block.pen, item.assignment, now_ns),
            paused=item.assignment is not None and item.assignment.paused,
            boot_id=block.boot_id,
            sequence_counted=block.sequence_counted,
            anchor=block.anchor.number,
            sequence=_array(texts.sequence),
            time_unix_us=_array(texts.time_unix_us),
            channels=_channels(block, texts.channels),
            status=block.status.tolist(),
            status_known=int(block.flags_known),
        )

    def _event(self, item: Labelled, event: PublicEvent, now_ns: int) -> Event:
        return Event(
            **self._head(item.entry, item.entry.stream, item.assignment, now_ns),
            event=event.name,
            time_unix_us=event.time_unix_ns // 1000,
            values=dict(event.fields),
        )

    def _head(
        self, entry: Entry, pen: str, assignment: Assignment | None, now_ns: int
    ) -> _HeadFields:
        tags = _tags(assignment)
        return {
            "site": self.site,
            "pen": pen,
            "simulated": is_simulated(pen),
            "historical": _is_historical(entry, now_ns),
            "journal": entry.journal or self.journal,
            "position": entry.position,
            "session": tags.session,
            "side": tags.side,
            "zone": tags.zone,
        }


def _is_historical(entry: Entry, now_ns: int) -> bool:
    # Recorded in the future: the clock was set back since, and it is not live either.
    return abs(now_ns - entry.time_ns) > HISTORICAL_AFTER_NS


@lru_cache(maxsize=_TOPICS_KEPT)
def _level(pen: str) -> str:
    return escape_topic(pen)


def _array(numbers: bytes) -> msgspec.Raw:
    return msgspec.Raw(b"[" + numbers + b"]")


def _channels(block: SampleBlock, channels: Sequence[Column]) -> msgspec.Raw:
    """Return a JSON object of arrays, null where a value is absent."""
    rows = len(block)
    members = [
        _key(layout.channel)
        + b",".join([column] * rows if isinstance(column, bytes) else column)
        + b"]"
        for layout, column in zip(block.layouts, channels, strict=True)
    ]
    return msgspec.Raw(b"{" + b",".join(members) + b"}")


@lru_cache(maxsize=_KEYS_KEPT)
def _key(channel: str) -> bytes:
    return _ENCODE(channel) + b":["


def _tags(assignment: Assignment | None) -> Tags:
    if assignment is None:
        return Tags(None, None, None)
    return Tags(assignment.session, assignment.side, assignment.zone)
