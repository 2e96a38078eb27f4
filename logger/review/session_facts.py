"""All that the page of a session says, worded as in its report; no sample is read for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logger.archive.report import accounts, completeness, measures
from logger.archive.report.gaps import gaps_of
from logger.archive.report.overview import Beside, banners, figures, remarks, summary
from logger.archive.report.proof import Proof, proof_of
from logger.archive.report.zones import zone_sums
from logger.journal.kinds import Gap
from logger.journal.reader import JournalReader
from logger.review.leg_views import leg_views
from logger.review.timeline_words import timeline_words
from logger.review.words import Words
from logger.session.clock_account import ClockAccount, clock_account
from logger.session.model import Session
from logger.session.state_hash import state_hash
from logger.session.true_clock import readings_of


@dataclass(frozen=True, slots=True)
class Facts:
    """What the journal tells of a session beside what was folded of it."""

    clocks: ClockAccount
    gaps: Sequence[Gap]
    proof: Proof


def read_facts(data_dir: Path, session: Session) -> Facts:
    """Return what the journal has by now."""
    with JournalReader(data_dir) as reader:
        return Facts(
            clocks=clock_account(session, list(readings_of(reader))),
            gaps=gaps_of(reader, session),
            proof=proof_of(reader, session.id, session.started_position),
        )


def session_facts(
    data_dir: Path, session: Session, beside: Beside, site: str, words: Words
) -> dict[str, Any]:
    """Return the values of ``session.html``; ``beside`` is what other sessions tell of this."""
    facts = read_facts(data_dir, session)
    plan, sums = session.plan, zone_sums(session)
    return {
        "session": session,
        "kin": _kin(session),
        "banners": banners(session, words),
        "remarks": remarks(session, words),
        "summary": summary(session, facts.clocks, site, beside, words),
        "figures": figures(session, words),
        "statement": completeness.statement(session, words),
        "gaps": completeness.gaps(facts.gaps, words),
        "gap_places": [_place(one.from_unix_ns, one.to_unix_ns) for one in facts.gaps],
        "breaks": completeness.breaks(session, words),
        "break_places": [_place(one.from_unix_ns, one.to_unix_ns) for one in session.interruptions],
        "zones": measures.by_zone(sums, session, words),
        "zone_places": [f"zone:{one.side}/{one.zone}" for one in sums],
        "leg_views": leg_views(sums, words),
        "segments": measures.by_segment(session, words),
        "segment_places": [f"segment:{one.number}" for one in session.segments],
        "envelope": measures.envelope(plan, words),
        "plan_words": _plan_words(session, words),
        "deviations_by_zone": measures.deviations_by_zone(session, words),
        "deviations": measures.deviations(session, words),
        "deviation_places": [f"deviation:{at}" for at in range(session.totals.deviations)],
        "clinical": accounts.clinical(session, words),
        "events": accounts.adverse_events(session, words),
        "notes": accounts.notes(session, words),
        "note_places": [_place(one.time_unix_ns, one.time_unix_ns) for one in session.notes],
        "signatures": accounts.signatures(session, words),
        "amendments": accounts.amendments(session, words),
        "timeline_words": timeline_words(words),
        "archive": _archive(session, facts.proof, words),
        "archive_words": _archive_words(facts.proof, words),
    }


def _place(from_unix_ns: int | None, to_unix_ns: int | None) -> str:
    """Return by what the timeline knows a time: UTC in ms; empty where neither end is known."""
    known = [one for one in (from_unix_ns, to_unix_ns) if one is not None]
    return f"time:{min(known) / 1e6:.3f}/{max(known) / 1e6:.3f}" if known else ""


def _kin(session: Session) -> list[str]:
    """Return the sessions that samples of this one went to, or came from; the last one last."""
    moved = [one for one in session.record.amendments if one.what in ("split", "merged")]
    named = [name for one in moved for name in (one.former, one.now)]
    return list(dict.fromkeys(name for name in named if name not in ("", session.id)))


def _plan_words(session: Session, words: Words) -> list[str]:
    plan = session.plan
    if plan is None:
        return [words.word("not_compared")]
    said = [f"{plan.name} {plan.version}"]
    if plan.interval_days is not None:
        said.append(words.word("interval_days", days=plan.interval_days))
    if plan.note:
        said.append(f"{words.word('plan_note')}: {plan.note}")
    return [*said, words.word("envelope_note")]


def _archive(session: Session, proof: Proof, words: Words) -> list[list[str]]:
    """Return label and value of what vouches for the record."""
    pairs = [["state_hash", state_hash(session)]]
    newest, head = proof.newest, proof.head
    if newest is not None:
        told = newest.told
        pairs += [["sealed_at", words.moment(newest.time_unix_ns)]]
        pairs += [["revision", str(told.revision)], ["manifest", told.manifest_sha256]]
        pairs += [["former_manifest", told.former_sha256]] if told.former_sha256 else []
    if head is not None:
        at = words.word("position", position=head.position)
        pairs += [["head_time", words.moment(head.time_unix_ns)]]
        pairs += [["head_journal", f"{at}: {head.chain_hash}"], ["head_key", head.key]]
    return [[words.word(label), value] for label, value in pairs]


def _archive_words(proof: Proof, words: Words) -> list[str]:
    if proof.newest is None:
        return [words.word("not_sealed")]
    said = [words.word("proof_note")]
    return said if proof.head is not None else [*said, words.word("not_headed")]
