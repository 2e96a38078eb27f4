"""The only facts besides samples and tags that leave the mini-PC.

A kind of entry that is not named here goes to no broker and no database, nor does a
field. No free text, no person and no clinical value is named. Words are published only
if they are among those foreseen; anything else becomes ``other``. A signed head holds
hashes, numbers and a signature alone; one that holds anything else stays. Of an erasure
only sessions, pens and positions are told, which receivers know already: so that they forget.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from logger.journal import kinds
from logger.journal.entry import Entry

Value = float | int | bool | str
HEAD = "head.signed"
ERASED = "client.erased"


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """What may be told of an entry. ``fields`` carry their unit in the name."""

    name: str
    time_unix_ns: int
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class PublicErasure:
    """What may be told of the erasure that the entry at ``position`` ordered.

    ``stretches`` are the positions of each session's blocks, as they were delivered;
    ``pens`` those of all the sessions.
    """

    position: int
    time_unix_ns: int
    sessions: Sequence[str]
    stretches: Sequence[kinds.ErasedStretch]
    pens: frozenset[str]


_BARE: Mapping[str, str] = {
    "link.up": "link_up",
    "session.started": "session_started",
    "segment.started": "segment_started",
    "session.paused": "session_paused",
    "session.resumed": "session_resumed",
    "session.interrupted": "session_interrupted",
    "session.continued": "session_continued",
    "session.lapsed": "session_lapsed",
}
"""Kinds of which only that they happened, and when, is told."""

ALLOWED_KINDS = frozenset(_BARE) | {
    kinds.SAMPLES,
    "link.lost",
    "pen.rebooted",
    "pen.event",
    "gap",
    "session.stopped",
    HEAD,
    ERASED,
}
"""Every kind of which anything leaves the mini-PC."""


def public_event(entry: Entry) -> PublicEvent | None:
    """Return what may be told of ``entry`` besides samples and erasures; None if nothing may."""
    if entry.payload is None or entry.kind not in ALLOWED_KINDS or entry.kind == kinds.SAMPLES:
        return None
    if entry.kind in _BARE:
        return PublicEvent(_BARE[entry.kind], entry.time_ns, {})
    payload = kinds.decode(entry.kind, entry.payload)
    return _head(payload) if isinstance(payload, kinds.HeadSigned) else _told_of(entry, payload)


def public_erasure(entry: Entry) -> PublicErasure | None:
    """Return what may be told of an erasure; None of any other entry."""
    if entry.kind != ERASED or entry.payload is None:
        return None
    told = kinds.decode(entry.kind, entry.payload)
    if not isinstance(told, kinds.ClientErased):
        return None
    # Entries from before ``pens`` name those of stretches alone.
    pens = {*told.pens, *(one.pen for one in told.stretches)}
    return PublicErasure(
        entry.position, entry.time_ns, told.sessions, told.stretches, frozenset(pens)
    )


def _told_of(entry: Entry, payload: kinds.Payload) -> PublicEvent | None:
    match payload:
        case kinds.PenEventSeen() as seen:
            return _pen_event(seen)
        case kinds.Gap() as gap:
            return _gap(entry, gap)
        case kinds.LinkLost() as lost:
            fields: dict[str, Value] = {"reason": _word(lost.reason, _LINK_REASONS)}
            return PublicEvent("link_lost", entry.time_ns, fields)
        case kinds.PenRebooted() as reboot:
            return PublicEvent("reboot", entry.time_ns, _told(boot_id=reboot.boot_id))
        case kinds.SessionStopped() as stopped:
            return _stopped(entry, stopped)
    return None


_EVENT_FIELDS: Mapping[str, tuple[str, type]] = {
    "depth_dial": ("depth_set_mm", float),
    "rate_dial": ("rate_set_hz", float),
    "motor": ("motor_on", bool),
    "cartridge_seated": ("cartridge_seated", bool),
    "fault": ("fault_number", int),
    "button": ("button_number", int),
}
_GAP_CAUSES = frozenset({"sequence", "link", "reboot", "restart", "disk"})
_LINK_REASONS = frozenset({"unplugged", "silent", "unreadable", "another pen", "stopped"})
_STOP_REASONS = frozenset({"ordered", "forgotten"})


def _word(word: str, foreseen: frozenset[str]) -> str:
    return word if word in foreseen else "other"


def _told(**fields: Value | None) -> dict[str, Value]:
    return {name: value for name, value in fields.items() if value is not None}


def _pen_event(seen: kinds.PenEventSeen) -> PublicEvent | None:
    event = seen.event
    if event.name == "cartridge":
        fields = _told(needle_count=event.needle_count, needle_gauge=event.needle_gauge)
        return PublicEvent(event.name, seen.time_unix_ns, fields)
    if event.name not in _EVENT_FIELDS or event.value is None:
        return None
    field, kind = _EVENT_FIELDS[event.name]
    return PublicEvent(event.name, seen.time_unix_ns, {field: kind(event.value)})


def _gap(entry: Entry, gap: kinds.Gap) -> PublicEvent:
    fields = _told(
        cause=_word(gap.cause, _GAP_CAUSES),
        missing_count=gap.count,
        from_sequence=gap.from_sequence,
        to_sequence=gap.to_sequence,
        from_unix_us=None if gap.from_unix_ns is None else gap.from_unix_ns // 1000,
        to_unix_us=None if gap.to_unix_ns is None else gap.to_unix_ns // 1000,
    )
    return PublicEvent("gap", entry.time_ns, fields)


def _stopped(entry: Entry, stopped: kinds.SessionStopped) -> PublicEvent:
    fields = _told(
        reason=_word(stopped.reason, _STOP_REASONS),
        ended_unix_us=None if stopped.ended_unix_ns is None else stopped.ended_unix_ns // 1000,
    )
    return PublicEvent("session_stopped", entry.time_ns, fields)


_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_SIGNATURE = re.compile(
    r"-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]{1,1000}-----END SSH SIGNATURE-----\n"
)


def _head(head: kinds.HeadSigned) -> PublicEvent | None:
    hashes = (head.journal, head.chain_hash, head.tree_root)
    if not (
        all(map(_HASH.fullmatch, hashes))
        and _KEY.fullmatch(head.key)
        and _SIGNATURE.fullmatch(head.signature)
    ):
        return None
    fields: dict[str, Value] = {
        "journal": head.journal,
        "head_position": head.position,
        "chain_hash": head.chain_hash,
        "tree_size": head.tree_size,
        "tree_root": head.tree_root,
        "key": head.key,
        "signed": head.signed_bytes().decode(),
        "signature": head.signature,
    }
    return PublicEvent("head_signed", head.time_unix_ns, fields)
