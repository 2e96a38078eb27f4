"""A journal that holds every kind of entry, with secrets wherever a person could write."""

from typing import Any

import msgspec

from drivers.model import Anchor, HostTime, Pen, PenEvent
from logger.journal import kinds
from tests.support.journaled import EPOCH_US, ListJournal, session_started

SECRET = "SECRET"
SESSION = "20261122-abcd"
ERASED_SESSION = "20261121-gone"
_NOW_NS = EPOCH_US * 1000
_HOST = HostTime(_NOW_NS, 0, True)


def event(name: str, **values: object) -> kinds.PenEventSeen:
    """Return a pen's event with a text that must stay in the house."""
    seen = PenEvent(name, text=f"{SECRET} {name}", **values)  # type: ignore[arg-type]
    return kinds.PenEventSeen(event=seen, time_unix_ns=_NOW_NS)


def signed_head(**values: Any) -> kinds.HeadSigned:
    """Return a head that looks like one; its signature is none."""
    head = kinds.HeadSigned(
        journal="ab" * 16,
        position=7,
        chain_hash="cd" * 32,
        tree_size=2,
        tree_root="ef" * 32,
        time_unix_ns=_NOW_NS,
        key="SHA256:" + "A" * 43,
        signature="-----BEGIN SSH SIGNATURE-----\nU1NI\nU0lH\n-----END SSH SIGNATURE-----\n",
    )
    return msgspec.structs.replace(head, **values)


_TAKEN_BACK = kinds.Retagged(
    from_position=1,
    to_position=2,
    former=kinds.Tags(session=SESSION, side="left", zone="anterior-thigh"),
)
_FORM = kinds.ClinicalForm(
    indication=SECRET,
    fitzpatrick=SECRET,
    checklist=kinds.Checklist(consent=True, remark=SECRET),
    topical_anaesthetic=kinds.TopicalAnaesthetic(applied=True, product=SECRET),
    treated=(kinds.TreatedZone(side="left", zone="anterior-thigh", area_cm2=123.0),),
    endpoint=SECRET,
    aftercare=SECRET,
    adverse_events=(kinds.AdverseEvent(what=SECRET, erythema_grade=4, note=SECRET),),
    next_session_due=SECRET,
)
_RECORD: tuple[kinds.Payload, ...] = (
    kinds.SessionAmended(
        session=SESSION,
        what=SECRET,
        former=SECRET,
        now=SECRET,
        reason=SECRET,
        nonce=SECRET,
        account=SECRET,
        retagged=(_TAKEN_BACK,),
    ),
    kinds.SessionClinical(session=SESSION, form=_FORM, former=_FORM, nonce=SECRET, reason=SECRET),
    kinds.SessionReviewed(
        session=SESSION,
        account=SECRET,
        name=SECRET,
        role=SECRET,
        state_hash=SECRET,
        nonce=SECRET,
        remark=SECRET,
    ),
    kinds.SessionSigned(
        session=SESSION,
        account=SECRET,
        name=SECRET,
        role=SECRET,
        meaning=SECRET,
        state_hash=SECRET,
        nonce=SECRET,
    ),
    kinds.SessionSplit(
        session=SESSION,
        into="20261122-wxyz",
        at_position=1,
        at_unix_ns=_NOW_NS,
        client=SECRET,
        practitioner=SECRET,
        reason=SECRET,
        nonce=SECRET,
    ),
    kinds.SessionMerged(session=SESSION, merged="20261122-wxyz", reason=SECRET, nonce=SECRET),
    kinds.SamplesAssigned(
        session=SESSION,
        from_position=1,
        to_position=1,
        from_unix_ns=_NOW_NS,
        to_unix_ns=_NOW_NS,
        side="left",
        zone="anterior-thigh",
        reason=SECRET,
        nonce=SECRET,
    ),
)

_EVENTS = (
    event("depth_dial", value=1.5, unit="mm"),
    event("rate_dial", value=116.7, unit="Hz"),
    event("motor", value=1.0),
    event("cartridge_seated", value=0.0),
    event("fault", value=3.0),
    event("button", value=1.0),
    event("cartridge", needle_count=14, needle_gauge=33),
    event("text"),
    event("never heard of"),
)

_BEFORE: tuple[kinds.Payload, ...] = (
    kinds.JournalOpened(journal=SECRET, reason=SECRET),
    kinds.ServiceStarted(
        version=SECRET, host_boot_id=SECRET, host=_HOST, site=SECRET, settings_hash=SECRET
    ),
    kinds.LinkUp(port=SECRET, profile=SECRET, profile_hash=SECRET),
    kinds.PenIdentified(pen=Pen("NP-1", SECRET, SECRET, 1, 2.5, 150.0, 10_000)),
    kinds.PenRebooted(boot_id_before=1, boot_id=2),
    kinds.AnchorSet(anchor=Anchor(7, 1, 1), reason=SECRET, host=_HOST, host_boot_id=SECRET),
    kinds.ClockChanged(reason=SECRET, host=_HOST, host_boot_id=SECRET, step_ns=1),
    kinds.Gap(cause="sequence", count=3, from_sequence=7, to_sequence=9, from_unix_ns=_NOW_NS),
    kinds.Gap(cause=SECRET, count=None),
    kinds.FramesRefused(refused={SECRET: 1}, discarded={SECRET: 1}, examples=(SECRET,)),
    kinds.LinkLost(port=SECRET, reason="unplugged", detail=SECRET),
    kinds.LinkLost(port=SECRET, reason=SECRET, detail=SECRET),
    *_EVENTS,
)

_AFTER: tuple[kinds.Payload, ...] = (
    kinds.SegmentStarted(session=SESSION, side="right", zone="dorsum-of-foot"),
    kinds.SessionNote(session=SESSION, text=SECRET, nonce=SECRET),
    kinds.SessionPaused(session=SESSION),
    kinds.SessionResumed(session=SESSION),
    kinds.SessionInterrupted(session=SESSION, reason=SECRET),
    kinds.SessionContinued(session=SESSION, after_s=5.0),
    kinds.SessionLapsed(session=SESSION, after_s=600.0),
    *_RECORD,
    kinds.DeliveryRejected(sink=SECRET, count=1, from_position=1, to_position=1, reason=SECRET),
    kinds.QueueReplayed(sink=SECRET, from_position=1, to_position=1),
    kinds.QueueRetried(sink=SECRET, items=(1,), positions=(1,)),
    kinds.QueueDropped(sink=SECRET, items=(1,), positions=(1,), reason=SECRET, nonce=SECRET),
    kinds.QueueGivenUp(sink=SECRET, from_position=1, to_position=1, reason=SECRET, nonce=SECRET),
    kinds.SignedIn(account=SECRET, at_unix_ns=_NOW_NS),
    kinds.SignedOut(account=SECRET, at_unix_ns=_NOW_NS, cause="asked"),
    kinds.SignInFailed(account=SECRET, at_unix_ns=_NOW_NS),
    kinds.SessionViewed(account=SECRET, at_unix_ns=_NOW_NS, session=SESSION),
    kinds.SessionExported(account=SECRET, at_unix_ns=_NOW_NS, session=SESSION, form="csv"),
    kinds.PenChecked(
        account=SECRET,
        depth_set_mm=1.5,
        gauge_mm=1.46,
        gauge=SECRET,
        at_unix_ns=_NOW_NS,
        nonce=SECRET,
        remark=SECRET,
    ),
    kinds.ClientErased(
        erasure=SECRET,
        sessions=(ERASED_SESSION,),
        stretches=(kinds.ErasedStretch("NP-1", ERASED_SESSION, 1, 2),),
        statements=(),
        account=SECRET,
        reason=SECRET,
    ),
    kinds.KeyMade(fingerprint=SECRET, public_key=SECRET),
    kinds.KeyRevoked(
        fingerprint=SECRET, public_key=SECRET, cause=SECRET, reason=SECRET, nonce=SECRET
    ),
    signed_head(),
    signed_head(key=SECRET),
    kinds.ServiceStopped(reason=SECRET),
)


_OF_NO_PEN = (kinds.HeadSigned, kinds.ClientErased)


def journal_of_everything() -> ListJournal:
    """Return a journal with samples in all states of a session, and every kind of entry."""
    journal = ListJournal()
    for payload in _BEFORE:
        journal.append(payload)
    journal.append_samples()
    journal.append(session_started(SESSION))
    journal.append_samples()
    for payload in _AFTER:
        journal.append(payload, "" if isinstance(payload, _OF_NO_PEN) else "NP-1")
        journal.append_samples()
    last = journal.last_position
    journal.append(kinds.SessionResumed(session=SESSION, adopted_from=last, adopted_to=last))
    journal.append_samples()
    journal.append(kinds.SessionStopped(session=SESSION, reason=SECRET, ended_position=last))
    return journal
