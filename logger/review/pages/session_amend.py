"""Amending a value of a session: the former one stays on record and is shown."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.errors import CommandRefused
from logger.review.amendable import Amendable, amendables, order_value
from logger.review.block_choice import chosen_position
from logger.review.fields import Form
from logger.review.found_session import found_session, note_view, session_address
from logger.review.ordering import Problem, by_of, give_record, ordered, problem_of
from logger.review.reasons import REASON, reason_field, reason_missing
from logger.review.session_actions import check_open_to
from logger.review.visit import Visit, see_other
from logger.session.model import Session
from logger.session.rearranging import segment_before
from logger.session.record_orders import Amend


async def amend_page(visit: Visit) -> Response:
    """Show everything that can be amended, with its present and former values."""
    session = await run_in_threadpool(found_session, visit)
    check_open_to("amend", session, visit.who)
    await run_in_threadpool(note_view, visit, session)
    rows = [(one, _former(session, one.what)) for one in amendables(session, visit.words)]
    return visit.page("amend.html", session=session, rows=rows)


async def amend_value(visit: Visit) -> Response:
    """Ask for another value and the reason, or have it amended."""
    session = await run_in_threadpool(found_session, visit)
    what = visit.request.path_params["what"]
    found = [one for one in amendables(session, visit.words) if one.what == what]
    if not found:
        raise HTTPException(404)
    form = _form(visit, session, found[0])
    if not visit.is_sent:
        check_open_to("amend", session, visit.who)
        return visit.page("asking.html", form=form)
    problem = await _amended(visit, session, found[0])
    if problem is not None:
        return visit.page("asking.html", problem.status, form=form.again(visit.form, problem))
    return see_other(f"{session_address(session)}?done=amend")


async def _amended(visit: Visit, session: Session, one: Amendable) -> Problem | None:
    if (missing := reason_missing(visit)) is not None:
        return missing
    field = one.fields[0].name
    try:
        now = await run_in_threadpool(_now, visit, session, one)
    except CommandRefused as refused:
        return problem_of(refused, visit.words, field)
    by = by_of(visit.who)
    order = Amend(session=session.id, what=one.what, now=now, reason=visit.form[REASON], by=by)
    return await ordered(visit, lambda: give_record(visit.console, order), field=field)


def _now(visit: Visit, session: Session, one: Amendable) -> str:
    """Return the new value as the order takes it."""
    if not one.is_border:
        return order_value(one, visit.form)
    number = int(one.what.split(".")[1])
    before = segment_before(session, number)
    segment = next(each for each in session.segments if each.number == number)
    first = before.from_position + 1 if before is not None else segment.from_position
    last = segment.to_position or segment.from_position
    return str(chosen_position(visit, session, first, last))


def _former(session: Session, what: str) -> list[str]:
    return [one.former for one in session.record.amendments if one.what == what]


def _form(visit: Visit, session: Session, one: Amendable) -> Form:
    say, word = visit.words.say, visit.words.word
    nothing = word("none")
    facts = [[word("present"), one.shown or nothing]]
    facts += [[word("former"), text or nothing] for text in _former(session, one.what)]
    back = f"{session_address(session)}/amend"
    return Form(
        title=say("amend_of", what=one.title),
        action=f"{back}/{one.what}",
        back=back,
        back_title=say("do_amend"),
        button=say("do_amend_now"),
        intro=(say("amend_intro"),),
        facts=facts,
        fields=[*one.fields, reason_field(visit)],
    )
