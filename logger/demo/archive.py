"""The demo's archive: visits of the past months, played and sealed in some seconds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from drivers.profile import find_profile
from drivers.simulator.faults import parse_faults
from drivers.simulator.pen import VirtualPen
from drivers.simulator.script import Script
from drivers.simulator.settings import PenSettings
from logger.accounts.passwords import DEFAULT_COST, HashCost
from logger.demo.accounts import add_accounts
from logger.demo.paperwork import audit, settle
from logger.demo.past_recorder import S_NS, PastRecorder, recording
from logger.demo.plans import shipped_plans
from logger.demo.visits import SITE, VISITS, Visit
from logger.session.orders import AddNote, Pause, Resume, Start, StartSegment, Stop

_LINKED_AFTER_S = 2
_PAUSE_S = 4


def make_archive(
    data_dir: Path,
    today: datetime,
    password: str,
    seed: int = 1,
    visits: Sequence[Visit] = VISITS,
    cost: HashCost = DEFAULT_COST,
) -> None:
    """Make a journal in ``data_dir`` with all ``visits`` before ``today``, seals and accounts.

    The same ``seed`` and day give the same samples and orders. ``today`` knows its time zone.
    """
    opened = _unix_ns(today - timedelta(days=visits[0].days_ago + 1))
    with recording(data_dir, SITE, shipped_plans(), opened, seed) as recorder:
        add_accounts(data_dir, password, recorder.account, cost)
        sessions = []
        for number, visit in enumerate(visits):
            day = today.date() - timedelta(days=visit.days_ago)
            at = datetime.combine(day, visit.at, today.tzinfo)
            recorder.pass_until(_unix_ns(at))
            session = _treat(recorder, visit, seed * 1000 + number)
            if session:
                settle(recorder, visit, session, at)
                sessions.append(session)
            recorder.seal()
        audit(recorder, sessions)
        recorder.seal()


def _treat(recorder: PastRecorder, visit: Visit, seed: int) -> str:
    """Play the visit; returns its session's id, empty if nobody started one."""
    script = Script(visit.stays)
    settings = PenSettings(
        serial=visit.pen,
        seed=seed,
        script=script,
        cartridges_used=visit.cartridge - 1,
        cartridge_expiry=visit.cartridge_expiry,
        wear_mm=visit.wear_mm,
    )
    on_unix_ns = recorder.clock.now_unix_ns
    recorder.plug(VirtualPen(find_profile("npt"), settings, parse_faults(visit.faults)))
    recorder.pass_until(on_unix_ns + _LINKED_AFTER_S * S_NS)
    session = _start(recorder, visit) if visit.client else ""
    for number, stay in enumerate(visit.stays):
        recorder.pass_until(on_unix_ns + script.starts_us[number] * 1000)
        if session and number:
            recorder.order(StartSegment(session=session, side=stay.side, zone=stay.zone))
        if number in visit.paused:
            _pause(recorder, session)
        for _, text in (note for note in visit.notes if note[0] == number):
            recorder.pass_until(recorder.clock.now_unix_ns + 9 * S_NS)
            recorder.order(AddNote(session=session, text=text))
    recorder.pass_until(on_unix_ns + script.cycle_us * 1000)
    if session:
        recorder.order(Stop(session=session))
    recorder.unplug()
    return session


def _start(recorder: PastRecorder, visit: Visit) -> str:
    first = visit.stays[0]
    return recorder.order(
        Start(
            client=visit.client,
            practitioner=visit.practitioner,
            side=first.side,
            zone=first.zone,
            pen=visit.pen,
            plan=visit.plan,
            indication=visit.form.indication if visit.form else "",
        )
    )


def _pause(recorder: PastRecorder, session: str) -> None:
    recorder.order(Pause(session=session))
    recorder.pass_until(recorder.clock.now_unix_ns + _PAUSE_S * S_NS)
    recorder.order(Resume(session=session))


def _unix_ns(at: datetime) -> int:
    return round(at.timestamp()) * S_NS
