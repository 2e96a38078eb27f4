"""The clinical form of a session: filled in bit by bit, changed with a reason."""

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.journal.kinds import ClinicalForm
from logger.review.clinical_entry import Typed
from logger.review.clinical_fields import clinical_fields, sites
from logger.review.fields import Field, Form
from logger.review.found_session import found_session, note_view, session_address
from logger.review.ordering import Problem, by_of, give_record, ordered
from logger.review.reasons import REASON, reason_field, reason_missing
from logger.review.session_actions import check_open_to
from logger.review.visit import Visit, see_other
from logger.session.clinical import filling
from logger.session.model import Session
from logger.session.record_orders import FillIn

_SHOWN = "shown"


async def clinical(visit: Visit) -> Response:
    """Show the form as it is filled in, or have what was typed entered."""
    session = await run_in_threadpool(found_session, visit)
    form = _form(visit, session)
    if not visit.is_sent:
        check_open_to("clinical", session, visit.who)
        await run_in_threadpool(note_view, visit, session)
        return visit.page("asking.html", form=form)
    problems = await _entered(visit, session)
    if not problems:
        return see_other(f"{session_address(session)}?done=clinical")
    typed = {**visit.form, _SHOWN: _state_of(session)}
    return visit.page("asking.html", problems[0].status, form=form.again(typed, *problems))


async def _entered(visit: Visit, session: Session) -> list[Problem]:
    """Return what is wrong; nothing where the form was filled in."""
    typed = Typed(visit.form, visit.words)
    wanted = typed.wanted(sites(session))
    if typed.problems:
        return typed.problems
    if visit.form.get(_SHOWN) != _state_of(session):
        return [Problem(visit.words.say("clinical_changed"))]
    entered, cleared = filling(session.record.clinical, wanted)
    if entered == ClinicalForm() and not cleared:
        return [Problem(visit.words.say("nothing_entered"))]
    if cleared and (missing := reason_missing(visit)) is not None:
        return [missing]
    order = FillIn(
        session=session.id,
        form=entered,
        cleared=cleared,
        reason=visit.form.get(REASON, ""),
        by=by_of(visit.who),
    )
    problem = await ordered(visit, lambda: give_record(visit.console, order))
    return [problem] if problem is not None else []


def _state_of(session: Session) -> str:
    """Return what tells whether somebody else filled in the form meanwhile."""
    return str(session.record.clinical_position)


def _form(visit: Visit, session: Session) -> Form:
    say = visit.words.say
    return Form(
        title=say("do_clinical"),
        action=f"{session_address(session)}/clinical",
        back=session_address(session),
        back_title=f"{visit.words.word('session')} {session.id}",
        button=say("do_clinical_now"),
        intro=(say("clinical_intro"),),
        fields=[
            Field(_SHOWN, "", "hidden", _state_of(session)),
            *clinical_fields(session, visit.words),
            reason_field(visit, required=False),
        ],
    )
