"""Writing a note to a session."""

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.review.fields import Field, Form
from logger.review.found_session import found_session, session_address
from logger.review.ordering import by_of, give_session, ordered
from logger.review.session_actions import check_open_to
from logger.review.visit import Visit, see_other
from logger.session.model import Session
from logger.session.orders import AddNote

_CHARACTERS = 4000


async def note(visit: Visit) -> Response:
    """Ask for a note, or have it written."""
    session = await run_in_threadpool(found_session, visit)
    form = _form(visit, session)
    if not visit.is_sent:
        check_open_to("note", session, visit.who)
        return visit.page("asking.html", form=form)
    order = AddNote(session=session.id, text=visit.form.get("text", ""), by=by_of(visit.who))
    problem = await ordered(visit, lambda: give_session(visit.console, order), field="text")
    if problem is not None:
        return visit.page("asking.html", problem.status, form=form.again(visit.form, problem))
    return see_other(f"{session_address(session)}?done=note")


def _form(visit: Visit, session: Session) -> Form:
    say = visit.words.say
    return Form(
        title=say("do_note"),
        action=f"{session_address(session)}/note",
        back=session_address(session),
        back_title=f"{visit.words.word('session')} {session.id}",
        button=say("do_note_now"),
        intro=(say("note_intro"),),
        fields=[Field("text", visit.words.word("text"), "lines", required=True, most=_CHARACTERS)],
    )
