"""The audit report of a period: gathered from sessions and journal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

import msgspec

from logger.archive.report import audit_tables as tables
from logger.archive.report.press import Attachment, press
from logger.archive.report.wording import Wording
from logger.archive.verification.result import ArchiveResult
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.journal.verify_succession import SuccessionResult
from logger.session.cartridge_flags import CartridgeFlag
from logger.session.index import SessionFilter
from logger.session.model import Session
from logger.session.store import Sessions
from logger.session.unassigned import Day, UnassignedWork, unassigned_work

AMENDING = (
    "session.amended",
    "session.clinical",
    "session.split",
    "session.merged",
    "samples.assigned",
)
KEY_EVENTS = (
    "journal.opened",
    "key.made",
    "key.revoked",
    "account.added",
    "account.changed",
    "account.closed",
    "account.reopened",
    "queue.dropped",
    "queue.given_up",
)
"""What whoever audits wants to know of beside sessions."""
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Period:
    """From a time to before a later one, UTC in ns."""

    since_unix_ns: int
    until_unix_ns: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What `needlelog verify` found: the journal with all before it, and its seals and heads."""

    journal: SuccessionResult
    archive: ArchiveResult


@dataclass(frozen=True, slots=True)
class Audited:
    """All that an audit report says."""

    period: Period
    sessions: Sequence[Session]
    amended: Sequence[Session]
    flags: Sequence[tuple[Session, CartridgeFlag]]
    unassigned: Sequence[UnassignedWork]
    events: Sequence[Entry]
    verified: Verified

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
            "events": [tables.event_data(entry) for entry in self.events],
            "verification": {
                **msgspec.to_builtins(self.verified.journal.current),
                "unrecovered": self.verified.journal.unrecovered,
                "archive": msgspec.to_builtins(self.verified.archive),
            },
        }
        return msgspec.json.format(msgspec.json.encode(data), indent=1)


def read_audited(
    reader: JournalReader,
    sessions: Sessions,
    period: Period,
    verified: Verified,
    zone: tzinfo | None = None,
) -> Audited:
    """Return what the journal knows of ``period``; days are those of ``zone``."""
    wanted = SessionFilter(since_unix_ns=period.since_unix_ns, until_unix_ns=period.until_unix_ns)
    begun = _sessions(sessions, [line.id for line in reversed(sessions.search(wanted))])
    first = reader.position_at(period.since_unix_ns)
    last = reader.position_at(period.until_unix_ns) - 1
    amending = reader.entries(first - 1, kinds=AMENDING, to=last)
    return Audited(
        period=period,
        sessions=begun,
        amended=_sessions(sessions, sorted({name for one in amending for name in _told(one)})),
        flags=[(one, flag) for one in begun for flag in sessions.cartridge_flags(one, zone)],
        unassigned=[
            work
            for day in _days(period, zone)
            for work in unassigned_work(reader, sessions.holding, day)
        ],
        events=list(reader.entries(first - 1, kinds=KEY_EVENTS, to=last)),
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
    simulated = sum(one.simulated for one in audited.sessions)
    left_out = wording.word("simulated_left_out", count=simulated)
    return {
        "language": wording.texts["language"],
        "words": wording.texts["words"],
        "title": wording.word("audit_report"),
        "subject": "",
        "site": site,
        "description": f"{wording.word('audit_report')} {period}",
        "banners": [wording.word("simulated")]
        if simulated and simulated == len(audited.sessions)
        else [],
        "as-of": period,
        "mark": [f"{wording.word('head_short')} {head.head_position} {head.head_hash}"],
        "opening": [left_out] if simulated else [],
        "summary": [[wording.word("clinic"), site], [wording.word("period"), period]],
        "figures": tables.figures(audited.sessions, audited.unassigned, wording),
        "verification": tables.verification(audited.verified, wording),
        "settings": tables.settings_used(audited.sessions, wording),
        "sessions": tables.sessions(audited.sessions, wording),
        "deviations": tables.deviations(audited.sessions, wording),
        "unassigned": tables.unassigned(audited.unassigned, wording),
        "flags": tables.flags(audited.flags, wording),
        "amendments": tables.amendments(audited.amended, audited.period, wording),
        "events": tables.events(audited.events, wording),
    }


def _sessions(sessions: Sessions, names: Sequence[str]) -> list[Session]:
    found = [sessions.session(name) for name in names]
    return [one for one in found if one is not None]


def _told(entry: Entry) -> Iterator[str]:
    """Yield the sessions that an amending entry is about."""
    if entry.payload is not None:
        told: Any = kinds.decode(entry.kind, entry.payload)
        yield told.session


def _days(period: Period, zone: tzinfo | None) -> Iterator[Day]:
    """Yield the local days of ``period``, cut at its ends: few sessions are looked at at once."""
    begin = period.since_unix_ns
    while begin < period.until_unix_ns:
        local = datetime.fromtimestamp(begin // _NS, UTC).astimezone(zone)
        tomorrow = datetime.combine(local.date() + timedelta(days=1), time())
        midnight = tomorrow.astimezone() if zone is None else tomorrow.replace(tzinfo=zone)
        end = min(int(midnight.timestamp()) * _NS, period.until_unix_ns)
        yield Day(begin, end)
        begin = end
