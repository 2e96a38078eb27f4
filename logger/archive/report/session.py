"""The report of one session: what is known of it, gathered and worded for the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from logger.archive.report import accounts, completeness, measures
from logger.archive.report.chart import chart, hole_after
from logger.archive.report.course import Course, read_course
from logger.archive.report.gaps import gaps_of
from logger.archive.report.overview import Beside, banners, drawings, figures, remarks, summary
from logger.archive.report.press import Attachment, press
from logger.archive.report.proof import Proof, proof_of
from logger.archive.report.wording import Wording
from logger.archive.report.zones import ZoneSum, zone_sums
from logger.journal.kinds import Gap
from logger.journal.reader import JournalReader
from logger.session.clock_account import ClockAccount, clock_account
from logger.session.density import nominal_densities
from logger.session.model import Session
from logger.session.state_hash import state_hash
from logger.session.true_clock import readings_of

NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True)
class Moment:
    """A position of the journal, and the time of its entry, UTC in ns."""

    position: int
    time_unix_ns: int


@dataclass(frozen=True, slots=True)
class Known:
    """All that a session's report says, read from the journal.

    ``as_of`` is the newest entry that it tells of, whatever was appended later.
    """

    session: Session
    clocks: ClockAccount
    course: Course
    gaps: Sequence[Gap]
    proof: Proof
    as_of: Moment
    beside: Beside = NOTHING_BESIDE

    def as_data(self) -> bytes:
        """Return it as JSON, as `needlelog session show --json` has it, with gaps and proof."""
        data = msgspec.to_builtins(self.session)
        told: dict[str, Any] = {
            "clocks": self.clocks,
            "gaps": self.gaps,
            "cartridge_flags": self.beside.flags,
        }
        told["nominal_densities"] = nominal_densities(self.session)
        told |= {"series": self.beside.series, "state_hash": state_hash(self.session)}
        data |= msgspec.to_builtins(told) | {"proof": self.proof.as_data()}
        return msgspec.json.format(msgspec.json.encode(data), indent=1)


def read_known(reader: JournalReader, session: Session, beside: Beside = NOTHING_BESIDE) -> Known:
    """Return what the journal knows of ``session``."""
    proof = proof_of(reader, session.id, session.started_position)
    return Known(
        session=session,
        clocks=clock_account(session, list(readings_of(reader))),
        course=read_course(reader, session),
        gaps=gaps_of(reader, session),
        proof=proof,
        as_of=_as_of(reader, session, proof),
        beside=beside,
    )


def _as_of(reader: JournalReader, session: Session, proof: Proof) -> Moment:
    record = session.record
    told: list[Any] = [
        *session.notes,
        *record.amendments,
        *record.reviews,
        *record.signatures,
        *proof.seals,
    ]
    position = max(
        session.started_position,
        session.ended_position or 0,
        record.clinical_position,
        *(one.position for one in told),
    )
    entry = next(iter(reader.read(position - 1, 1)), None)
    return Moment(position, session.started_unix_ns if entry is None else entry.time_ns)


def session_report(known: Known, site: str, paper: str, wording: Wording) -> bytes:
    """Return the PDF of a session for a clinic's ``site``; the same input gives the same bytes."""
    attachment = Attachment(
        measures.SESSION_FILE,
        known.as_data(),
        "application/json",
        wording.word("attached_session"),
    )
    data = session_document(known, site, wording) | {"paper": paper}
    drawings = {one["file"]: one.pop("svg") for one in data["legs"]}
    return press("session.typ", data, [attachment], known.as_of.time_unix_ns, drawings)


def session_document(known: Known, site: str, wording: Wording) -> dict[str, Any]:
    """Return all that the template sets, worded."""
    session, plan = known.session, known.session.plan
    sums = zone_sums(session)
    note = [] if plan is None or not plan.note else [f"{wording.word('plan_note')}: {plan.note}"]
    return {
        **_frame(known, site, wording),
        "summary": summary(session, known.clocks, site, known.beside, wording),
        "figures": figures(session, wording),
        "legs": drawings(sums, wording),
        **_course(known, wording),
        "zones": measures.by_zone(sums, session, wording),
        "zone-notes": _zone_notes(sums, wording),
        "segments": measures.by_segment(session, wording),
        "plan": "" if plan is None else f"{wording.word('plan')} {plan.name} {plan.version}",
        "envelope": measures.envelope(plan, wording),
        "plan-notes": [*_interval(known, wording), *note, wording.word("envelope_note")],
        "deviations-by-zone": measures.deviations_by_zone(session, wording),
        "deviations": measures.deviations(session, wording),
        "deviation-words": _deviation_words(session, wording),
        "statement": completeness.statement(session, wording),
        "gaps": completeness.gaps(known.gaps, wording),
        "breaks": completeness.breaks(session, wording),
        "clinical": accounts.clinical(session, wording),
        "events": accounts.adverse_events(session, wording),
        "notes": accounts.notes(session, wording),
        "signatures": accounts.signatures(session, wording),
        "amendments": accounts.amendments(session, wording),
        **_proof(known, wording),
    }


def _frame(known: Known, site: str, wording: Wording) -> dict[str, Any]:
    session = known.session
    newest, head = known.proof.newest, known.proof.head
    mark = [f"{wording.word('manifest_short')} {newest.told.manifest_sha256}"] if newest else []
    mark += [f"{wording.word('head_short')} {head.position} {head.chain_hash}"] if head else []
    return {
        "language": wording.texts["language"],
        "words": wording.texts["words"],
        "title": wording.word("session_report"),
        "subject": session.id,
        "site": site,
        "description": f"{wording.word('session_report')} {session.id}",
        "banners": banners(session, wording),
        "opening": remarks(session, wording),
        "as-of": f"{wording.word('as_of')}: {wording.moment(known.as_of.time_unix_ns)}, "
        + wording.word("position", position=known.as_of.position),
        "mark": mark,
    }


def _course(known: Known, wording: Wording) -> dict[str, Any]:
    session, course = known.session, known.course
    drawn = chart(session, course, wording)
    start = wording.moment(int(course.utc_ns[0])) if len(course) else ""
    return {
        "chart": drawn,
        "course-axis": wording.word("course_time", start=start),
        "course-alt": wording.word(
            "course_alt",
            title=f"{wording.word('course_depth')}; {wording.word('course_rate')}",
            low=0,
            high=" / ".join(drawn[of]["scale"][-1]["label"] for of in ("depth", "rate"))
            if drawn
            else 0,
            duration=drawn["duration"] if drawn else 0,
            segments=len(session.segments),
            deviations=session.totals.deviations,
            gaps=int(hole_after(course).sum()) if drawn else 0,
        ),
    }


def _zone_notes(sums: Sequence[ZoneSum], wording: Wording) -> list[str]:
    areas = any(one.area_cm2 is not None for one in sums)
    keys = ["mean_range", "punctures_note", *(["density_note"] if areas else [])]
    return [wording.word(key) for key in keys]


def _interval(known: Known, wording: Wording) -> list[str]:
    plan = known.session.plan
    if plan is None or plan.interval_days is None:
        return []
    return [wording.word("interval_days", days=plan.interval_days)]


def _deviation_words(session: Session, wording: Wording) -> list[str]:
    if session.plan is None:
        return [wording.word("not_compared")]
    return [] if session.totals.deviations else [wording.word("no_deviations")]


def _proof(known: Known, wording: Wording) -> dict[str, Any]:
    newest, head = known.proof.newest, known.proof.head
    pairs = [("state_hash", state_hash(known.session))]
    words = [wording.word("not_sealed" if newest is None else "proof_note")]
    if newest is not None:
        told = newest.told
        pairs += [("manifest", told.manifest_sha256), ("revision", str(told.revision))]
        pairs += [("former_manifest", told.former_sha256)] if told.former_sha256 else []
        words += [wording.word("not_headed")] if head is None else []
    if head is not None:
        at = {"position": head.position, "hash": head.chain_hash}
        pairs += [
            ("head_journal", wording.word("journal_head", journal=head.journal, **at)),
            ("head_tree", wording.word("tree_size", size=head.tree_size, root=head.tree_root)),
            ("head_time", wording.moment(head.time_unix_ns)),
            ("head_key", head.key),
        ]
    return {
        "proof-words": words,
        "proof": [[wording.word(label), value] for label, value in pairs],
    }
