"""Saying why: what changes a record always says so."""

from logger.review.fields import Field
from logger.review.ordering import Problem
from logger.review.visit import Visit

REASON = "reason"
_CHARACTERS = 4000


def reason_field(visit: Visit, required: bool = True) -> Field:
    """Return the field in which is said why."""
    hint = visit.words.say("reason_hint" if required else "reason_hint_changes")
    title = visit.words.word("reason")
    return Field(REASON, title, "lines", hint=hint, required=required, most=_CHARACTERS)


def reason_missing(visit: Visit) -> Problem | None:
    """Return what to tell where nothing was said."""
    if visit.form.get(REASON, "").strip():
        return None
    return Problem(visit.words.say("reason_missing"), field=REASON)
