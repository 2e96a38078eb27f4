"""Which samples and borders a stopped session has after an amendment.

Statistics and deviations stay as they were: ``record.statistics_due`` says so until
``logger.session.recompute`` has summed them up anew.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from logger.journal.kinds import Retagged, SamplesAssigned, SessionSplit, Tags
from logger.session.cartridges import read_before, read_since
from logger.session.live_segment import LiveSegment
from logger.session.model import Interruption, PenSeen, Segment, Session
from logger.session.places import Place, Stretch, held_stretches
from logger.session.record import SessionRecord


def with_place(session: Session, number: int, side: str, zone: str) -> Session:
    """Return ``session`` with segment ``number`` on another side or zone."""
    return _rearranged(
        session,
        [
            replace(one, side=side, zone=zone) if one.number == number else one
            for one in session.segments
        ],
    )


def with_border(session: Session, number: int, position: int, unix_ns: int) -> Session:
    """Return ``session`` with segment ``number`` beginning at ``position``."""
    before = segment_before(session, number)
    moved = []
    for one in session.segments:
        if before is not None and one.number == before.number:
            moved.append(replace(one, to_position=position - 1, to_unix_ns=unix_ns))
        elif one.number == number:
            moved.append(replace(one, from_position=position, from_unix_ns=unix_ns))
        else:
            moved.append(one)
    return _rearranged(session, moved)


def segment_before(session: Session, number: int) -> Segment | None:
    """Return the segment whose end is the beginning of segment ``number``; None for the first."""
    earlier = [one for one in session.segments if one.number < number and not one.assigned]
    return earlier[-1] if earlier else None


def with_assigned(session: Session, assigned: SamplesAssigned) -> Session:
    """Return ``session`` with a segment of samples that nobody had."""
    empty = LiveSegment(
        session.plan,
        number=0,
        side=assigned.side,
        zone=assigned.zone,
        from_position=assigned.from_position,
        from_unix_ns=assigned.from_unix_ns,
    ).segment(assigned.to_position, assigned.to_unix_ns)
    return _rearranged(session, [*session.segments, replace(empty, assigned=True)])


def divided(session: Session, split: SessionSplit, actor: str) -> tuple[Session, Session]:
    """Return ``session`` up to before the split, and what follows as a session of its own."""
    at, at_ns = split.at_position, split.at_unix_ns
    early = [_until(one, at, at_ns) for one in session.segments if one.from_position < at]
    late = [_since(one, at, at_ns) for one in session.segments if (one.to_position or at) >= at]
    kept = replace(
        _rearranged(session, early),
        interruptions=tuple(_broken_until(session.interruptions, at, at_ns)),
        ended_position=at - 1,
        ended_unix_ns=at_ns,
        stop_reason="split",
        cartridges_read=read_before(session.cartridges_read, at),
    )
    other = replace(
        _rearranged(session, late),
        id=split.into,
        client=split.client,
        practitioner=split.practitioner,
        started_position=at - 1,
        started_unix_ns=at_ns,
        started_by=actor,
        interruptions=tuple(_broken_since(session.interruptions, at, at_ns)),
        notes=(),
        corrected_started_unix_ns=(
            None if session.clock_correction_ns is None else at_ns + session.clock_correction_ns
        ),
        segments_as_recorded=(),
        cartridges_read=read_since(session.cartridges_read, at),
        record=SessionRecord(split_from=session.id, statistics_due=True),
    )
    return kept, other


def united(session: Session, merged: Session) -> tuple[Session, Session]:
    """Return ``session`` with all that the later ``merged`` held, and ``merged`` without it."""
    whole = replace(
        _rearranged(session, [*session.segments, *merged.segments]),
        interruptions=(*session.interruptions, *merged.interruptions),
        notes=tuple(sorted((*session.notes, *merged.notes), key=lambda note: note.position)),
        ended_position=merged.ended_position,
        ended_unix_ns=merged.ended_unix_ns,
        stop_reason=merged.stop_reason,
        pen_seen=_seen_by_both(session.pen_seen, merged.pen_seen),
        cartridges_read=(*session.cartridges_read, *merged.cartridges_read),
    )
    emptied = _rearranged(merged, [])
    record = replace(emptied.record, merged_into=session.id)
    return whole, replace(emptied, interruptions=(), record=record)


def retags(before: Iterable[Session], after: Iterable[Session]) -> tuple[Retagged, ...]:
    """Return which positions of a pen changed their tags between two arrangements."""
    former, now = _tagged(before), _tagged(after)
    borders = {
        border
        for stretch, _ in (*former, *now)
        for border in (stretch.from_position, stretch.to_position + 1)
    }
    changed: list[Retagged] = []
    for first, beyond in pairwise(sorted(borders)):
        was, is_ = _tags_at(former, first), _tags_at(now, first)
        if was != is_:
            changed.append(
                Retagged(from_position=first, to_position=beyond - 1, former=was, now=is_)
            )
    return tuple(changed)


def _rearranged(session: Session, segments: Iterable[Segment]) -> Session:
    """Return ``session`` with ``segments`` in order and numbered, its statistics due."""
    in_order = sorted(segments, key=lambda one: one.from_position)
    return replace(
        session,
        segments=tuple(replace(one, number=number) for number, one in enumerate(in_order, 1)),
        segments_as_recorded=session.segments_as_recorded or session.segments,
        record=replace(session.record, statistics_due=True),
    )


def _until(segment: Segment, position: int, unix_ns: int) -> Segment:
    if segment.to_position is not None and segment.to_position < position:
        return segment
    return replace(segment, to_position=position - 1, to_unix_ns=unix_ns)


def _since(segment: Segment, position: int, unix_ns: int) -> Segment:
    if segment.from_position >= position:
        return segment
    return replace(segment, from_position=position, from_unix_ns=unix_ns)


def _broken_until(
    stays: Iterable[Interruption], position: int, unix_ns: int
) -> Iterable[Interruption]:
    for one in stays:
        if one.from_position >= position:
            continue
        if one.to_position is not None and one.to_position <= position:
            yield one
        else:
            yield replace(one, to_position=position, to_unix_ns=unix_ns, ended_by="session.split")


def _broken_since(
    stays: Iterable[Interruption], position: int, unix_ns: int
) -> Iterable[Interruption]:
    for one in stays:
        if one.from_position >= position:
            yield one
        elif one.to_position is None or one.to_position > position:
            yield replace(one, from_position=position - 1, from_unix_ns=unix_ns)


def _seen_by_both(early: PenSeen, late: PenSeen) -> PenSeen:
    new = tuple(boot for boot in late.boot_ids if boot not in early.boot_ids)
    return replace(early, boot_ids=early.boot_ids + new)


_Tagged = tuple[Stretch, Tags]


def _tagged(sessions: Iterable[Session]) -> list[_Tagged]:
    return [
        (stretch, _tags(session.id, stretch.place))
        for session in sessions
        for stretch in held_stretches(session)
    ]


def _tags(session: str, place: Place) -> Tags:
    return Tags(session=session, side=place.side, zone=place.zone, paused=place.paused)


def _tags_at(tagged: Sequence[_Tagged], position: int) -> Tags | None:
    for stretch, tags in tagged:
        if stretch.from_position <= position <= stretch.to_position:
            return tags
    return None
