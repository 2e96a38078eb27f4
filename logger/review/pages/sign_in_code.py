"""The second step of signing in: a code, for an account that has a second factor."""

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.accounts.second_factor import take_code
from logger.errors import CommandRefused, SignInLocked, WrongPassword
from logger.journal.kinds import SignedIn, SignInFailed
from logger.review import cookies
from logger.review.console import HalfSignIn
from logger.review.fields import Form
from logger.review.ordering import Problem, problem_of
from logger.review.pages.second_factor import code_field
from logger.review.visit import Visit, see_other

_HERE = "/sign-in/code"


async def sign_in_code(visit: Visit) -> Response:
    """Ask for a code, or begin the sign-in if it is one; it is used up."""
    token = cookies.read(visit.request, visit.console, cookies.HALF)
    half = visit.console.half_sign_ins.find(token)
    if half is None or visit.account is not None:
        return see_other("/sign-in")
    form = _form(visit)
    if not visit.is_sent:
        return visit.page("sign_in_code.html", form=form)
    try:
        signed_in = await run_in_threadpool(_begin, visit, half)
    except CommandRefused as refused:
        again = form.again({}, _problem(visit, refused))
        return visit.page("sign_in_code.html", again.status, form=again)
    visit.console.half_sign_ins.drop(token)
    response = see_other(half.to)
    cookies.put(response, visit.console, cookies.SIGN_IN, signed_in)
    cookies.drop(response, visit.console, cookies.HALF)
    cookies.drop(response, visit.console, cookies.BROWSER)
    return response


def _begin(visit: Visit, half: HalfSignIn) -> str:
    """Return the token of a new sign-in; WrongPassword, SignInLocked."""
    console, record = visit.console, half.record
    now_ns = console.outside.now_unix_ns()
    try:
        proof = take_code(console.data_dir, record, visit.form.get("code", ""), now_ns)
    except WrongPassword:
        console.access.note_failure(SignInFailed(account=record.id, at_unix_ns=now_ns))
        raise
    told = SignedIn(account=record.id, at_unix_ns=now_ns, second_factor=proof)
    console.access.note(told)
    return console.sign_ins.begin(record.account, record.position)


def _problem(visit: Visit, refused: CommandRefused) -> Problem:
    say = visit.words.say
    match refused:
        case WrongPassword():
            return Problem(say("code_is_wrong"), 403, "code")
        case SignInLocked(wait_s=None):
            return Problem(say("codes_locked"), 429, "code")
        case SignInLocked(wait_s=float(wait_s)):
            time = visit.words.span(max(1.0, wait_s))
            return Problem(say("codes_locked_for", time=time), 429, "code")
    return problem_of(refused, visit.words, "code")


def _form(visit: Visit) -> Form:
    say = visit.words.say
    return Form(
        title=say("second_step"),
        action=_HERE,
        back="/sign-in",
        back_title=say("sign_in"),
        button=say("sign_in"),
        intro=(say("second_step_intro"),),
        fields=[code_field(visit, "code_or_recovery")],
    )
