"""A session's record as lines of text: clinical form, amendments, reviews, signatures."""

from collections.abc import Iterator

import msgspec

from logger.cli.time_texts import time_text
from logger.session.clinical import FIELDS
from logger.session.density import NominalDensity, nominal_densities
from logger.session.model import Segment, Session
from logger.session.record import Amendment, ClinicalForm, Review, SessionRecord, Signature
from logger.session.record_fold import value_text


def record_lines(session: Session) -> list[str]:
    """Return what the record says besides what was recorded; former values beside present ones."""
    record = session.record
    lines = [f"  record: {record.review_state}", *_origin_lines(record)]
    if record.statistics_due:
        lines.append("  statistics are being made again: those shown are from before an amendment")
    if record.clinical is not None:
        lines += _clinical_lines(record.clinical)
    lines += [_density_line(one) for one in nominal_densities(session)]
    lines += [_amendment_line(one) for one in record.amendments]
    lines += [_as_recorded_line(one) for one in session.segments_as_recorded]
    lines += [_review_line(one) for one in record.reviews]
    lines += [_signature_line(one) for one in record.signatures]
    return lines


def _origin_lines(record: SessionRecord) -> Iterator[str]:
    if record.split_from:
        yield f"  split from session {record.split_from}"
    if record.merged_into:
        yield f"  MERGED into session {record.merged_into}, which has its samples"


def _clinical_lines(form: ClinicalForm) -> Iterator[str]:
    for field in FIELDS:
        value = getattr(form, field)
        if isinstance(value, tuple):
            for part in value:
                yield f"  {field}: {_parts(part)}"
        elif value:
            yield f"  {field}: {value if isinstance(value, str) else _parts(value)}"


def _parts(value: msgspec.Struct) -> str:
    given = msgspec.structs.asdict(value).items()
    return ", ".join(f"{name} {_word(one)}" for name, one in given if one is not None and one != "")


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value_text(value) or str(value)


def _density_line(one: NominalDensity) -> str:
    density = one.nominal_per_cm2
    said = "unknown" if density is None else f"{density:.0f} nominal punctures per cm²"
    return f"  nominal density {one.side} {one.zone}: {said}"


def _amendment_line(one: Amendment) -> str:
    return (
        f"  AMENDED {one.what}: {one.former or 'nothing'} -> {one.now or 'nothing'}, "
        f"{time_text(one.time_unix_ns)} by {one.actor}: {one.reason}"
    )


def _as_recorded_line(one: Segment) -> str:
    statistics = one.statistics
    return (
        f"  as recorded: {one.number}. {one.side} {one.zone}, positions {one.from_position} to "
        f"{one.to_position}, motor on {statistics.motor_on_s:.1f} s, "
        f"{len(one.deviations)} deviation(s)"
    )


def _review_line(one: Review) -> str:
    remark = f": {one.remark}" if one.remark else ""
    return f"  reviewed {time_text(one.time_unix_ns)} by {_who(one)}{remark}{_changed(one)}"


def _signature_line(one: Signature) -> str:
    when = time_text(one.time_unix_ns)
    return f"  SIGNED {when} by {_who(one)}, meaning {one.meaning}{_changed(one)}"


def _who(one: Review | Signature) -> str:
    return f"{one.name} ({one.account}, {one.role})"


def _changed(one: Review | Signature) -> str:
    return "" if one.valid else "; NOT of what is shown now: it was changed later"
