"""What people of the demo's clinic did with the records: forms, amendments, signatures, looks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from logger.demo.accounts import ACCOUNTS, AUDITOR
from logger.demo.past_recorder import S_NS, PastRecorder
from logger.demo.visits import Visit
from logger.journal.kinds import (
    ClinicalForm,
    SessionExported,
    SessionViewed,
    SignedIn,
    SignedOut,
    SignInFailed,
    TreatedZone,
)
from logger.session.record_orders import Amend, FillIn, ReviewRecord, Sign
from logger.session.state_hash import state_hash

_INTERVAL = timedelta(days=28)
_AREAS_CM2 = {"anterior-thigh": 180.0, "posterior-thigh": 160.0, "anterior-lower-leg": 110.0}
_OTHER_AREA_CM2 = 60.0
_BY = {one.id: one.by for one in ACCOUNTS}


def settle(recorder: PastRecorder, visit: Visit, session: str, at: datetime) -> None:
    """Fill in the form, mend what was wrong, review and sign, as far as the visit says."""
    by = _BY[visit.practitioner]
    if visit.form is not None:
        _later(recorder, 3)
        form = _filled(visit.form, visit, at)
        recorder.order(FillIn(session=session, form=form, by=by))
    _later(recorder, 20)
    _sign_in(recorder, by.id)
    _view(recorder, by.id, session)
    for what, now, reason in visit.amended:
        recorder.order(Amend(session=session, what=what, now=now, reason=reason, by=by))
    if visit.corrected_form is not None:
        form, reason = visit.corrected_form, "had been misjudged"
        recorder.order(FillIn(session=session, form=form, reason=reason, by=by))
    _later(recorder, 2)
    _review_and_sign(recorder, visit, session)
    _sign_out(recorder, by.id)


def audit(recorder: PastRecorder, sessions: Sequence[str]) -> None:
    """Let the auditor look at some of what deviates, and take one of them along."""
    _later(recorder, 60)
    now_ns = recorder.clock.now_unix_ns
    recorder.note_access(SignInFailed(account=AUDITOR, at_unix_ns=now_ns))
    _sign_in(recorder, AUDITOR)
    seen = [one for one in sessions if recorder.session(one).totals.deviations][:3]
    for session in seen:
        _later(recorder, 4)
        _view(recorder, AUDITOR, session)
    for session in seen[:1]:
        now_ns = recorder.clock.now_unix_ns
        recorder.note_access(
            SessionExported(account=AUDITOR, at_unix_ns=now_ns, session=session, form="bundle")
        )
    _sign_out(recorder, AUDITOR)


def _review_and_sign(recorder: PastRecorder, visit: Visit, session: str) -> None:
    if visit.remark is None:
        return
    by, shown = _BY[visit.practitioner], state_hash(recorder.session(session))
    recorder.order(ReviewRecord(session=session, state_hash=shown, by=by, remark=visit.remark))
    for account, meaning in zip(visit.signed_by, ("authorship", "approval"), strict=False):
        _later(recorder, 5)
        shown = state_hash(recorder.session(session))
        recorder.order(Sign(session=session, state_hash=shown, meaning=meaning, by=_BY[account]))


def _filled(form: ClinicalForm, visit: Visit, at: datetime) -> ClinicalForm:
    """Return the form with the zones that were treated, and when to come again."""
    places = dict.fromkeys((stay.side, stay.zone) for stay in visit.stays)
    treated = tuple(
        TreatedZone(side=side, zone=zone, area_cm2=_AREAS_CM2.get(zone, _OTHER_AREA_CM2), passes=2)
        for side, zone in places
    )
    due = (at + _INTERVAL).date().isoformat()
    return replace(form, treated=treated, next_session_due=due)


def _sign_in(recorder: PastRecorder, account: str) -> None:
    recorder.note_access(SignedIn(account=account, at_unix_ns=recorder.clock.now_unix_ns))


def _view(recorder: PastRecorder, account: str, session: str) -> None:
    now_ns = recorder.clock.now_unix_ns
    recorder.note_access(SessionViewed(account=account, at_unix_ns=now_ns, session=session))


def _sign_out(recorder: PastRecorder, account: str) -> None:
    now_ns = recorder.clock.now_unix_ns
    recorder.note_access(SignedOut(account=account, at_unix_ns=now_ns, cause="asked"))


def _later(recorder: PastRecorder, minutes: int) -> None:
    recorder.pass_until(recorder.clock.now_unix_ns + minutes * 60 * S_NS)
