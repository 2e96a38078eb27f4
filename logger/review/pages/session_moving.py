"""Splitting a session, and merging a later one into it."""

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.errors import CommandRefused
from logger.review.block_choice import TIME, block_fields, chosen_position
from logger.review.fields import Field, Form
from logger.review.found_session import found_session, session_address
from logger.review.ordering import Problem, by_of, give_record, ordered, problem_of
from logger.review.reasons import REASON, reason_field, reason_missing
from logger.review.session_actions import check_open_to
from logger.review.visit import Visit, see_other
from logger.session.index import SessionFilter
from logger.session.model import Session
from logger.session.record_orders import Merge, Split


async def split(visit: Visit) -> Response:
    """Ask where another session begins, or have the session split there."""
    session = await run_in_threadpool(found_session, visit)
    if not visit.is_sent:
        check_open_to("split", session, visit.who)
    fields = [
        *block_fields(visit.words),
        Field("client", visit.words.say("split_client"), value=session.client, most=32),
        Field(
            "practitioner", visit.words.say("split_practitioner"), value=session.practitioner,
            most=64,
        ),
    ]  # fmt: skip
    form = _form(visit, session, "split", fields)
    problem = await _split(visit, session) if visit.is_sent else None
    return _answer(visit, session, form, "split", problem)


async def merge(visit: Visit) -> Response:
    """Ask which later session is part of this one, or have the two merged."""
    session = await run_in_threadpool(found_session, visit)
    if not visit.is_sent:
        check_open_to("merge", session, visit.who)
    later = await run_in_threadpool(_later, visit, session)
    chosen = Field("merged", visit.words.say("merged"), "choice", choices=later, required=True)
    form = _form(visit, session, "merge", [chosen])
    problem = await _merged(visit, session) if visit.is_sent else None
    return _answer(visit, session, form, "merge", problem)


def _answer(
    visit: Visit, session: Session, form: Form, name: str, problem: Problem | None
) -> Response:
    if problem is not None:
        form = form.again(visit.form, problem)
    elif visit.is_sent:
        return see_other(f"{session_address(session)}?done={name}")
    return visit.page("asking.html", form.status, form=form)


async def _split(visit: Visit, session: Session) -> Problem | None:
    if (missing := reason_missing(visit)) is not None:
        return missing
    last = session.ended_position or session.started_position
    try:
        at = await run_in_threadpool(
            chosen_position, visit, session, session.started_position, last
        )
    except CommandRefused as refused:
        return problem_of(refused, visit.words, TIME)
    order = Split(
        session=session.id,
        at_position=at,
        reason=visit.form[REASON],
        by=by_of(visit.who),
        client=visit.form.get("client", "").strip(),
        practitioner=visit.form.get("practitioner", "").strip(),
    )
    return await ordered(visit, lambda: give_record(visit.console, order), field=TIME)


async def _merged(visit: Visit, session: Session) -> Problem | None:
    if (missing := reason_missing(visit)) is not None:
        return missing
    order = Merge(
        session=session.id,
        merged=visit.form.get("merged", ""),
        reason=visit.form[REASON],
        by=by_of(visit.who),
    )
    return await ordered(visit, lambda: give_record(visit.console, order), field="merged")


def _later(visit: Visit, session: Session) -> list[tuple[str, str]]:
    """Return id and name of the later sessions of the same pen and client."""
    wanted = SessionFilter(pen=session.pen, client=session.client)
    with visit.console.sessions.now() as sessions:
        found = sessions.search(wanted)
    later = [one for one in found if one.started_position > session.started_position]
    return [
        (one.id, f"{visit.words.day_and_minute(one.started_unix_ns)} · {one.id}")
        for one in reversed(later)
        if one.state == "stopped"
    ]


def _form(visit: Visit, session: Session, name: str, fields: list[Field]) -> Form:
    say, words = visit.words.say, visit.words
    return Form(
        title=say(f"do_{name}"),
        action=f"{session_address(session)}/{name}",
        back=session_address(session),
        back_title=f"{words.word('session')} {session.id}",
        button=say(f"do_{name}_now"),
        intro=(say(f"{name}_intro"),),
        facts=[
            [words.word("started"), words.moment(session.started_unix_ns)],
            [words.word("ended"), words.moment(session.ended_unix_ns)],
            [words.word("client"), session.client],
        ],
        fields=[*fields, reason_field(visit)],
    )
