"""Signing in and out."""

from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.accounts import authenticate
from logger.accounts.model import AccountRecord
from logger.accounts.store import read_accounts
from logger.errors import SignInLocked, WrongPassword
from logger.journal.kinds import SignedIn, SignedOut, SignInFailed
from logger.journal.reader import JournalReader
from logger.review import cookies
from logger.review.console import Console, HalfSignIn
from logger.review.visit import Visit, local_address, see_other

_DONE = ("password", "factor")
"""What a holder may have changed, and signs in anew after."""


async def sign_in_page(visit: Visit) -> Response:
    """Ask for account and password, or for the set-up code where there is no account yet."""
    set_up = visit.console.set_up
    to = local_address(visit.request.query_params.get("to", "/"))
    if visit.account is not None:
        return see_other(to)
    if set_up is not None and set_up.is_alive:
        return see_other("/set-up")
    return _asking(visit, to)


async def sign_in(visit: Visit) -> Response:
    """Begin a sign-in, or say what is wrong; one password is checked at a time."""
    to = local_address(visit.form.get("to", "/"))
    account = visit.form.get("account", "").strip()
    password = visit.form.get("password", "")
    try:
        async with visit.console.signing_in:
            record = await run_in_threadpool(_proven, visit.console, account, password)
    except WrongPassword:
        problem = visit.words.say("wrong_password")
        return _asking(visit, to, account, problem, HTTPStatus.FORBIDDEN)
    except SignInLocked as locked:
        seconds = locked.wait_s
        problem = (
            visit.words.say("locked")
            if seconds is None
            else visit.words.say("locked_for", time=visit.words.span(max(1.0, seconds)))
        )
        return _asking(visit, to, account, problem, HTTPStatus.TOO_MANY_REQUESTS)
    if record.second_factor:
        token = visit.console.half_sign_ins.keep(HalfSignIn(record, to))
        response = see_other("/sign-in/code")
        cookies.put(response, visit.console, cookies.HALF, token)
        return response
    token = await run_in_threadpool(_begin, visit.console, record)
    response = see_other(to)
    cookies.put(response, visit.console, cookies.SIGN_IN, token)
    cookies.drop(response, visit.console, cookies.BROWSER)
    return response


async def sign_out(visit: Visit) -> Response:
    """End the sign-in, here and in the browser."""
    console = visit.console
    console.sign_ins.end(visit.token)
    now_ns = console.outside.now_unix_ns()
    told = SignedOut(account=visit.who.id, at_unix_ns=now_ns, cause="asked")
    await run_in_threadpool(console.access.note, told)
    response = see_other("/sign-in")
    cookies.drop(response, console, cookies.SIGN_IN)
    return response


def _asking(
    visit: Visit,
    to: str,
    account: str = "",
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    done = visit.request.query_params.get("done", "")
    return visit.page(
        "sign_in.html",
        status,
        to=to,
        account=account,
        problem=problem,
        done=done if done in _DONE else "",
    )


def _proven(console: Console, account: str, password: str) -> AccountRecord:
    """Return the account whose password this is; WrongPassword, SignInLocked."""
    with JournalReader(console.data_dir) as reader:
        record = read_accounts(console.data_dir, reader).find(account)
    now_ns = console.outside.now_unix_ns()
    try:
        authenticate(
            console.data_dir,
            account,
            password,
            cost=console.outside.cost,
            now_unix_ns=console.outside.now_unix_ns,
        )
    except WrongPassword:
        # What was typed may be a password in the wrong field: only an account's id is told.
        known = "" if record is None else record.id
        console.access.note_failure(SignInFailed(account=known, at_unix_ns=now_ns))
        raise
    if record is None:
        raise WrongPassword("the account was added just now", "Try again")
    return record


def _begin(console: Console, record: AccountRecord) -> str:
    """Return the token of a new sign-in."""
    now_ns = console.outside.now_unix_ns()
    console.access.note(SignedIn(account=record.id, at_unix_ns=now_ns))
    # By the position from before: whatever was changed meanwhile ends this sign-in.
    return console.sign_ins.begin(record.account, record.position)
