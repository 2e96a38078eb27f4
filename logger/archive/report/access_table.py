"""Who used the console, as a table."""

from collections.abc import Sequence
from typing import Any

from logger.archive.report.audit_tables import AUDIT_FILE, ROWS_MAX, Table
from logger.archive.report.listing import NARROW, WIDE, listing
from logger.archive.report.wording import NOTHING, Wording
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.kinds import SessionExported, SignedOut


def accesses(entries: Sequence[Entry], wording: Wording, rows_max: int = ROWS_MAX) -> Table:
    """Return sign-ins, views and exports, each at the time when it happened."""
    told = [
        (one.kind, kinds.decode(one.kind, one.payload))
        for one in entries
        if one.payload is not None
    ]
    columns = [("when", NARROW), ("who", NARROW), ("event", NARROW)]
    columns += [("session", NARROW), ("text", WIDE)]
    rows = [_row(kind, payload, wording) for kind, payload in told]
    return listing(wording, columns, rows, AUDIT_FILE, rows_max)


def _row(kind: str, payload: Any, wording: Wording) -> list[str]:
    return [
        wording.moment(payload.at_unix_ns),
        payload.account or NOTHING,
        wording.name("events", kind),
        getattr(payload, "session", "") or NOTHING,
        _text(payload, wording) or NOTHING,
    ]


def _text(payload: Any, wording: Wording) -> str:
    match payload:
        case SignedOut(cause=cause):
            return wording.name("sign_out_causes", cause)
        case SessionExported(form=form, what=what) if not what:
            return form
        case SessionExported(form=form, what=what):
            since, until = payload.since_unix_ns, payload.until_unix_ns
            period = {"since": wording.moment(since), "until": wording.moment(until)}
            return f"{what}, {form}: {wording.word('period_text', **period)}"
    return ""
