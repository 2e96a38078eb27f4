"""Every kind of entry and its payload, declared once.

A payload is the JSON of the struct registered for its kind, but for ``samples``,
whose payload is a block (``logger.journal.blocks``). Unknown fields are ignored on
reading, so that a newer writer's entries stay readable. ``docs/journal.md`` lists the
kinds for people.

A struct that says something of a person carries a ``nonce``: once its payload is
erased, the hash that stays behind cannot be tried against guesses.
"""

import msgspec

from logger.errors import JournalError
from logger.journal.kinds.access import (
    ExportForm,
    SessionExported,
    SessionViewed,
    SignedIn,
    SignedOut,
    SignInFailed,
    SignOutCause,
)
from logger.journal.kinds.accounts import (
    AccountAdded,
    AccountChanged,
    AccountClosed,
    AccountReopened,
    TokenMade,
    TokenRevoked,
)
from logger.journal.kinds.archive import SealMade, SealSubject
from logger.journal.kinds.clinical import (
    AdverseEvent,
    Checklist,
    ClinicalForm,
    TopicalAnaesthetic,
    TreatedZone,
)
from logger.journal.kinds.heads import HeadSigned, KeyMade, KeyRevoked
from logger.journal.kinds.payload import Payload
from logger.journal.kinds.pens import (
    AnchorSet,
    FramesRefused,
    Gap,
    LinkLost,
    LinkUp,
    PenCarried,
    PenChecked,
    PenEventSeen,
    PenIdentified,
    PenRebooted,
)
from logger.journal.kinds.queues import (
    DeliveryRejected,
    QueueDropped,
    QueueGivenUp,
    QueueReplayed,
    QueueRetried,
)
from logger.journal.kinds.record import (
    Retagged,
    SamplesAssigned,
    SessionAmended,
    SessionClinical,
    SessionMerged,
    SessionReviewed,
    SessionSigned,
    SessionSplit,
    Tags,
)
from logger.journal.kinds.retention import (
    ClientErased,
    ClientErasureDone,
    DamagedEmptied,
    ErasedStretch,
    HoldLifted,
    HoldSet,
    PayloadsPruned,
    SessionRestated,
)
from logger.journal.kinds.service import (
    ClockChanged,
    DiskLevel,
    JournalOpened,
    ServiceStarted,
    ServiceStopped,
)
from logger.journal.kinds.sessions import (
    Cartridge,
    Plan,
    SegmentStarted,
    SessionCarried,
    SessionContinued,
    SessionInterrupted,
    SessionLapsed,
    SessionNote,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStopped,
    ZoneLimit,
)
from logger.journal.session_kinds import SESSION_PREFIXES

__all__ = [
    "KINDS",
    "SAMPLES",
    "SESSION_KINDS",
    "AccountAdded",
    "AccountChanged",
    "AccountClosed",
    "AccountReopened",
    "AdverseEvent",
    "AnchorSet",
    "Cartridge",
    "Checklist",
    "ClientErased",
    "ClientErasureDone",
    "ClinicalForm",
    "ClockChanged",
    "DamagedEmptied",
    "DeliveryRejected",
    "DiskLevel",
    "ErasedStretch",
    "ExportForm",
    "FramesRefused",
    "Gap",
    "HeadSigned",
    "HoldLifted",
    "HoldSet",
    "JournalOpened",
    "KeyMade",
    "KeyRevoked",
    "LinkLost",
    "LinkUp",
    "Payload",
    "PayloadsPruned",
    "PenCarried",
    "PenChecked",
    "PenEventSeen",
    "PenIdentified",
    "PenRebooted",
    "Plan",
    "QueueDropped",
    "QueueGivenUp",
    "QueueReplayed",
    "QueueRetried",
    "Retagged",
    "SamplesAssigned",
    "SealMade",
    "SealSubject",
    "SegmentStarted",
    "ServiceStarted",
    "ServiceStopped",
    "SessionAmended",
    "SessionCarried",
    "SessionClinical",
    "SessionContinued",
    "SessionExported",
    "SessionInterrupted",
    "SessionLapsed",
    "SessionMerged",
    "SessionNote",
    "SessionPaused",
    "SessionRestated",
    "SessionResumed",
    "SessionReviewed",
    "SessionSigned",
    "SessionSplit",
    "SessionStarted",
    "SessionStopped",
    "SessionViewed",
    "SignInFailed",
    "SignOutCause",
    "SignedIn",
    "SignedOut",
    "Tags",
    "TokenMade",
    "TokenRevoked",
    "TopicalAnaesthetic",
    "TreatedZone",
    "ZoneLimit",
    "decode",
    "encode",
    "kind_of",
]

SAMPLES = "samples"

KINDS: dict[str, type[Payload]] = {
    "journal.opened": JournalOpened,
    "pen.carried": PenCarried,
    "service.started": ServiceStarted,
    "service.stopped": ServiceStopped,
    "service.disk": DiskLevel,
    "link.up": LinkUp,
    "link.lost": LinkLost,
    "pen.identified": PenIdentified,
    "pen.rebooted": PenRebooted,
    "pen.event": PenEventSeen,
    "anchor.set": AnchorSet,
    "clock.changed": ClockChanged,
    "gap": Gap,
    "frames.refused": FramesRefused,
    "session.started": SessionStarted,
    "segment.started": SegmentStarted,
    "session.paused": SessionPaused,
    "session.resumed": SessionResumed,
    "session.interrupted": SessionInterrupted,
    "session.continued": SessionContinued,
    "session.lapsed": SessionLapsed,
    "session.carried": SessionCarried,
    "session.note": SessionNote,
    "session.stopped": SessionStopped,
    "session.amended": SessionAmended,
    "session.clinical": SessionClinical,
    "session.reviewed": SessionReviewed,
    "session.signed": SessionSigned,
    "session.split": SessionSplit,
    "session.merged": SessionMerged,
    "samples.assigned": SamplesAssigned,
    "delivery.rejected": DeliveryRejected,
    "queue.replayed": QueueReplayed,
    "queue.retried": QueueRetried,
    "queue.dropped": QueueDropped,
    "queue.given_up": QueueGivenUp,
    "account.added": AccountAdded,
    "account.changed": AccountChanged,
    "account.closed": AccountClosed,
    "access.signed_in": SignedIn,
    "access.signed_out": SignedOut,
    "access.failed": SignInFailed,
    "access.viewed": SessionViewed,
    "access.exported": SessionExported,
    "account.reopened": AccountReopened,
    "account.token_made": TokenMade,
    "account.token_revoked": TokenRevoked,
    "seal.made": SealMade,
    "key.made": KeyMade,
    "key.revoked": KeyRevoked,
    "head.signed": HeadSigned,
    "payloads.pruned": PayloadsPruned,
    "client.erased": ClientErased,
    "client.erasure_done": ClientErasureDone,
    "session.restated": SessionRestated,
    "damaged.emptied": DamagedEmptied,
    "hold.set": HoldSet,
    "hold.lifted": HoldLifted,
    "pen.checked": PenChecked,
}
"""The payload of every kind but ``samples``."""

_KIND_OF = {payload: kind for kind, payload in KINDS.items()}
_ENCODER = msgspec.json.Encoder()
_DECODERS = {kind: msgspec.json.Decoder(payload) for kind, payload in KINDS.items()}

SESSION_KINDS = tuple(k for k in KINDS if k.startswith(SESSION_PREFIXES))
"""Every kind that begins, ends or changes a session, or says which samples are its own."""


def kind_of(payload: Payload) -> str:
    """Return the kind under which ``payload`` is journaled."""
    return _KIND_OF[type(payload)]


def encode(payload: Payload) -> bytes:
    """Return the payload's bytes as they are journaled and hashed."""
    return _ENCODER.encode(payload)


def decode(kind: str, payload: bytes) -> Payload:
    """Return the payload of an entry of ``kind``.

    ``KeyError`` for a kind that is not known here, JournalError for a payload that is none.
    """
    try:
        decoded: Payload = _DECODERS[kind].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise JournalError(f"this is no payload of {kind}: {error}") from error
    return decoded
