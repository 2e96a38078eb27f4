"""Naming a block of samples in a form: by the time at which it was taken, or its position."""

from datetime import datetime, time, timedelta

from logger.errors import CommandRefused
from logger.journal.reader import JournalReader
from logger.review.fields import Field
from logger.review.visit import Visit
from logger.review.words import Words
from logger.session.block_times import block_position_at
from logger.session.model import Session

TIME, POSITION = "at_time", "at_position"
_NS_PER_S = 1_000_000_000


def block_fields(words: Words, unix_ns: int | None = None) -> list[Field]:
    """Return the two fields; ``unix_ns`` is the time that is so now."""
    shown = "" if unix_ns is None else words.local(unix_ns).strftime("%H:%M:%S")
    limits = ("1", "", "1")
    return [
        Field(TIME, words.say("at_time"), "time", shown, hint=words.say("at_time_hint")),
        Field(
            POSITION,
            words.say("at_position"),
            "number",
            hint=words.say("at_position_hint"),
            limits=limits,
        ),
    ]


def chosen_position(visit: Visit, session: Session, first: int, last: int) -> int:
    """Return the position that the form names, between two others where it names a time.

    CommandRefused where it names none.
    """
    written = visit.form.get(POSITION, "").strip()
    if written:
        if not written.isdecimal():
            raise CommandRefused(f"{written!r} is no position", "Give a number, or the time alone")
        return int(written)
    unix_ns = _near(visit.form.get(TIME, "").strip(), session.started_unix_ns, visit.words)
    with JournalReader(visit.console.data_dir) as reader:
        position = block_position_at(reader, session.pen, first, last, unix_ns)
    if position is None:
        raise CommandRefused(
            "no samples were taken then, or later", "Give an earlier time, or a position"
        )
    return position


def _near(text: str, started_unix_ns: int, words: Words) -> int:
    """Return the first moment at that time of day, from a minute before the start on."""
    try:
        written = time.fromisoformat(text)
    except ValueError:
        raise CommandRefused("the time is missing", "Give it as HH:MM:SS, or a position") from None
    started = words.local(started_unix_ns)
    moment = datetime.combine(started.date(), written, started.tzinfo)
    if moment < started - timedelta(minutes=1):
        moment += timedelta(days=1)
    return int(moment.timestamp()) * _NS_PER_S
