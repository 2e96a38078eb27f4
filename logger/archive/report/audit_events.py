"""What befell the record itself: keys, accounts, retention; and what a check of it found."""

from collections.abc import Sequence
from typing import Any

import msgspec

from logger.archive.report.audit_tables import AUDIT_FILE, ROWS_MAX, Table
from logger.archive.report.listing import NARROW, WIDE, listing
from logger.archive.report.wording import Wording
from logger.archive.verification.record import Verified
from logger.journal.entry import Entry
from logger.journal.verify import VerifyResult

_NOT_SHOWN = frozenset(
    {
        "nonce",
        "signature",
        "endorsement",
        "public_key",
        "credential",
        "document",
        "retagged",
        "stretches",
        "statements",
    }
)


def verification(verified: Verified, wording: Wording) -> list[str]:
    """Return what the check of the journal, of files before it, and of all seals found."""
    found, archive = verified.journal, verified.archive
    earlier = [one.file for one in found.files[:-1] if not one.good]
    bad = [wording.word("verified_bad_file", file=name) for name in earlier]
    bad += [wording.word("verified_unrecovered", file=name) for name in found.unrecovered]
    bad += [wording.word("verified_bad_archive", problem=one) for one in archive.problems]
    counts = {"seals": archive.seals, "heads": archive.heads, "keys": archive.keys}
    sealed = [] if archive.problems else [wording.word("verified_archive", **counts)]
    return [*_journal_verification(found.current, wording), *bad, *sealed]


def _journal_verification(verified: VerifyResult, wording: Wording) -> list[str]:
    if not verified.good:
        problem = {"position": verified.bad_position, "problem": verified.problem}
        return [wording.word("verified_bad", **problem)]
    said = [
        wording.word(
            "verified_good",
            entries=wording.number(verified.entries),
            position=verified.head_position,
        ),
        wording.word("verified_head", hash=verified.head_hash),
    ]
    if verified.pruned:
        said.append(wording.word("verified_pruned", count=wording.number(verified.pruned)))
    return said


def events(entries: Sequence[Entry], wording: Wording, rows_max: int = ROWS_MAX) -> Table:
    """Return what befell keys, accounts, queues, pens, journal files and what is kept."""
    rows = [
        [
            wording.moment(entry.time_ns),
            entry.actor,
            wording.name("events", entry.kind),
            ", ".join(f"{key}: {_text(value)}" for key, value in event_data(entry)["told"].items()),
        ]
        for entry in entries
    ]
    columns = [("when", NARROW), ("who", NARROW), ("event", NARROW), ("text", WIDE)]
    return listing(wording, columns, rows, AUDIT_FILE, rows_max)


def event_data(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, without what is long or nobody's business."""
    told: dict[str, Any] = {} if entry.payload is None else msgspec.json.decode(entry.payload)
    return {
        "position": entry.position,
        "time_unix_ns": entry.time_ns,
        "kind": entry.kind,
        "actor": entry.actor,
        "told": {key: value for key, value in told.items() if value and key not in _NOT_SHOWN},
    }


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
