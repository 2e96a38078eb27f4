"""Reviewing and signing a session, as it is shown beside the form."""

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.archive.report.reading import beside_of
from logger.review.fields import Field, Form
from logger.review.found_session import found_session, note_view, session_address
from logger.review.ordering import RE_ENTERED, Problem, by_of, give_record, ordered
from logger.review.session_actions import check_open_to
from logger.review.session_facts import session_facts
from logger.review.visit import Visit, see_other
from logger.session.model import Session
from logger.session.record_orders import MEANINGS, ReviewRecord, Sign
from logger.session.state_hash import state_hash

_REMARK_CHARACTERS = 4000
_SHOWN = "state_hash"


async def review(visit: Visit) -> Response:
    """Show the session and ask for a review of it, or have the review carried out."""
    return await _sign_off(visit, "review")


async def sign(visit: Visit) -> Response:
    """Show the session and ask for a signature, or have that carried out, after the password."""
    return await _sign_off(visit, "sign")


async def _sign_off(visit: Visit, name: str) -> Response:
    problem = None
    if visit.is_sent:
        session = await run_in_threadpool(found_session, visit)
        order = _order(visit, session.id, name)
        problem = await ordered(
            visit,
            lambda: give_record(visit.console, order),
            with_password=name == "sign",
        )
        if problem is None:
            return see_other(f"{session_address(session)}?done={name}")
    return await run_in_threadpool(_shown, visit, name, problem)


def _order(visit: Visit, session_id: str, name: str) -> ReviewRecord | Sign:
    form, by = visit.form, by_of(visit.who)
    shown = form.get(_SHOWN, "")
    if name == "review":
        remark = form.get("remark", "")
        return ReviewRecord(session=session_id, state_hash=shown, by=by, remark=remark)
    meaning = form.get("meaning", "")
    return Sign(session=session_id, state_hash=shown, meaning=meaning, by=by)


def _shown(visit: Visit, name: str, problem: Problem | None) -> Response:
    """Return the page; the form names the state of the very session that stands beside it."""
    session = found_session(visit)
    if problem is None:
        check_open_to(name, session, visit.who)
    note_view(visit, session)
    console = visit.console
    with console.sessions.now() as sessions:
        beside = beside_of(sessions, session)
    facts = session_facts(console.data_dir, session, beside, console.site, visit.words)
    form = _form(visit, session, name)
    if problem is not None:
        form = form.again({**visit.form, _SHOWN: state_hash(session)}, problem)
    return visit.page("sign_off.html", form.status, form=form, **facts)


def _form(visit: Visit, session: Session, name: str) -> Form:
    say = visit.words.say
    shown = Field(_SHOWN, "", "hidden", state_hash(session))
    asked = _review_fields(visit) if name == "review" else _sign_fields(visit)
    return Form(
        title=say(f"do_{name}"),
        action=f"{session_address(session)}/{name}",
        back=session_address(session),
        back_title=f"{visit.words.word('session')} {session.id}",
        button=say(f"do_{name}_now"),
        intro=(say(f"{name}_intro"),),
        fields=[shown, *asked],
    )


def _review_fields(visit: Visit) -> list[Field]:
    say = visit.words.say
    return [
        Field("remark", say("remark"), "lines", hint=say("remark_hint"), most=_REMARK_CHARACTERS)
    ]


def _sign_fields(visit: Visit) -> list[Field]:
    say = visit.words.say
    meanings = [(one, say(f"meaning_{one}")) for one in MEANINGS]
    return [
        Field("meaning", visit.words.word("meaning"), "answer", MEANINGS[0], meanings),
        Field(
            RE_ENTERED,
            say("own_password"),
            "password",
            hint=say("sign_password_hint", name=visit.who.name),
            required=True,
            most=256,
            complete="current-password",
        ),
    ]
