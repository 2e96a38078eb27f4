"""The audit report of a period: gathered from sessions and journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

import msgspec

from logger.archive.outside import Outside
from logger.archive.report import audit_tables as tables
from logger.archive.report.audit_events import event_data, events, verification
from logger.archive.report.audit_reading import (
    Period,
    amended_sessions,
    begun_sessions,
    cartridge_flags,
    days_of,
    key_events,
)
from logger.archive.report.press import Attachment, press
from logger.archive.report.wording import Wording
from logger.archive.verification.record import Verified, verify_record
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.session.cartridge_flags import CartridgeFlag
from logger.session.figures import AnySession
from logger.session.model import Session
from logger.session.store import Sessions, load_sessions
from logger.session.unassigned import UnassignedWork, unassigned_work


@dataclass(frozen=True, slots=True)
class Audited:
    """All that an audit report says."""

    period: Period
    sessions: Sequence[Session]
    amended: Sequence[Session]
    flags: Sequence[tuple[AnySession, CartridgeFlag]]
    unassigned: Sequence[UnassignedWork]
    events: Sequence[Entry]
    verified: Verified

    @property
    def is_simulated(self) -> bool:
        """Whether there was something, and a real pen had no part in any of it."""
        told = [one.simulated for one in self.sessions]
        told += [one.simulated for one in self.unassigned]
        return bool(told) and all(told)

    def as_data(self) -> bytes:
        """Return it as JSON: whole sessions, and what stands beside them."""
        data = {
            "since_unix_ns": self.period.since_unix_ns,
            "until_unix_ns": self.period.until_unix_ns,
            "sessions": self.sessions,
            "amendments": [
                {"session": session.id, "amendments": tables.amended_within(session, self.period)}
                for session in self.amended
            ],
            "cartridge_flags": [{"session": one.id, "flag": flag} for one, flag in self.flags],
            "unassigned": self.unassigned,
            "events": [event_data(entry) for entry in self.events],
            "verification": {
                **msgspec.to_builtins(self.verified.journal.current),
                "unrecovered": self.verified.journal.unrecovered,
                "archive": msgspec.to_builtins(self.verified.archive),
            },
        }
        return msgspec.json.format(msgspec.json.encode(data), indent=1)


def audit(data_dir: Path, period: Period) -> Audited:
    """Return the audit of ``period``, with the whole record checked for it."""
    verified = verify_record(data_dir, Outside())
    with load_sessions(data_dir) as sessions, JournalReader(data_dir) as reader:
        return read_audited(reader, sessions, period, verified)


def read_audited(
    reader: JournalReader,
    sessions: Sessions,
    period: Period,
    verified: Verified,
    zone: tzinfo | None = None,
) -> Audited:
    """Return what the journal knows of ``period``; days are those of ``zone``."""
    begun = begun_sessions(sessions, period)
    return Audited(
        period=period,
        sessions=begun,
        amended=amended_sessions(reader, sessions, period),
        flags=cartridge_flags(sessions, begun, zone),
        unassigned=[
            work
            for day in days_of(period, zone)
            for work in unassigned_work(reader, sessions.holding, day)
        ],
        events=key_events(reader, period),
        verified=verified,
    )


def audit_report(audited: Audited, site: str, paper: str, wording: Wording) -> bytes:
    """Return the PDF of an audit; its dates are those of the end of the period."""
    attachment = Attachment(
        tables.AUDIT_FILE, audited.as_data(), "application/json", wording.word("attached_audit")
    )
    data = audit_document(audited, site, wording) | {"paper": paper}
    return press("audit.typ", data, [attachment], audited.period.until_unix_ns)


def audit_document(audited: Audited, site: str, wording: Wording) -> dict[str, Any]:
    """Return all that the template sets, worded."""
    since, until = audited.period.since_unix_ns, audited.period.until_unix_ns
    period = wording.word("period_text", since=wording.moment(since), until=wording.moment(until))
    head = audited.verified.journal.current
    title = wording.word("audit_report")
    if audited.is_simulated:
        title = f"{title} – {wording.word('simulated_mark')}"
    return {
        "language": wording.texts["language"],
        "words": wording.texts["words"],
        "title": title,
        "subject": "",
        "site": site,
        "description": f"{title} {period}",
        "banners": [wording.word("simulated")] if audited.is_simulated else [],
        "as-of": period,
        "mark": [f"{wording.word('head_short')} {head.head_position} {head.head_hash}"],
        "opening": _opening(audited.sessions, wording),
        "summary": [[wording.word("clinic"), site], [wording.word("period"), period]],
        "figures": tables.figures(audited.sessions, audited.unassigned, wording),
        "verification": verification(audited.verified, wording),
        "settings": tables.settings_used(audited.sessions, wording),
        "sessions": tables.sessions(audited.sessions, wording),
        "deviations": tables.deviations(audited.sessions, wording),
        "unassigned": tables.unassigned(audited.unassigned, wording),
        "flags": tables.flags(audited.flags, wording),
        "amendments": tables.amendments(audited.amended, audited.period, wording),
        "events": events(audited.events, wording),
    }


def _opening(sessions: Sequence[Session], wording: Wording) -> list[str]:
    """Return what must be known of the sums below, where simulated sessions are about."""
    simulated = sum(one.simulated for one in sessions)
    if not simulated:
        return []
    said = "simulated_counted" if simulated == len(sessions) else "simulated_left_out"
    return [wording.word(said, count=simulated)]
