"""Giving an order for whoever is signed in, and what to tell them where it is refused."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from starlette.concurrency import run_in_threadpool

from logger.accounts import Account, authenticate
from logger.errors import CommandRefused, NotRunning, SignInLocked, WrongPassword
from logger.journal.kinds import SignInFailed
from logger.review.console import Console
from logger.review.visit import Visit
from logger.review.words import Words
from logger.session.orders import AnyOrder, By
from logger.session.record_orders import AnyRecordOrder

RE_ENTERED = "password"
"""The field in which a form has the password given once more."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing was done. ``field`` is the one to mend, empty for none; ``lang`` the language.

    ``status`` is that of the answer.
    """

    text: str
    status: int = 409
    field: str = ""
    lang: str = ""


def by_of(account: Account) -> By:
    """Return an account as orders about records name it."""
    return By(id=account.id, name=account.name, role=account.role)


def give_record(console: Console, order: AnyRecordOrder) -> None:
    """Have an order about a record carried out; CommandRefused, NotRunning."""
    console.order("record", msgspec.to_builtins(order))


def enter_password(console: Console, account: str, password: str) -> None:
    """Return if that is the account's password; else it is noted: WrongPassword, SignInLocked."""
    now_unix_ns = console.outside.now_unix_ns
    try:
        authenticate(
            console.data_dir, account, password, cost=console.outside.cost, now_unix_ns=now_unix_ns
        )
    except WrongPassword:
        console.access.note_failure(SignInFailed(account=account, at_unix_ns=now_unix_ns()))
        raise


def give_session(console: Console, order: AnyOrder) -> None:
    """Have an order about a session carried out; CommandRefused, NotRunning."""
    console.order("session", msgspec.to_builtins(order))


async def ordered(
    visit: Visit, give: Callable[[], object], *, field: str = "", with_password: bool = False
) -> Problem | None:
    """Carry ``give`` out; return what was refused, None where it was done.

    ``field`` is where a refusal belongs. ``with_password`` has the password given before.
    """
    try:
        if with_password:
            await password_entered(visit)
        await run_in_threadpool(give)
    except CommandRefused as refused:
        return problem_of(refused, visit.words, field)
    return None


async def password_entered(visit: Visit) -> None:
    """Return if the form gives the password of whoever is signed in: one is checked at a time."""
    password = visit.form.get(RE_ENTERED, "")
    async with visit.console.signing_in:
        await run_in_threadpool(enter_password, visit.console, visit.who.id, password)


def problem_of(refused: CommandRefused, words: Words, field: str = "") -> Problem:
    """Return what to tell of a refusal; what a rule says is English."""
    match refused:
        case WrongPassword():
            return Problem(words.say("own_password_wrong"), 409, RE_ENTERED)
        case SignInLocked(wait_s=None):
            return Problem(words.say("locked"), 429, RE_ENTERED)
        case SignInLocked(wait_s=float(wait_s)):
            time = words.span(max(1.0, wait_s))
            return Problem(words.say("locked_for", time=time), 429, RE_ENTERED)
        case NotRunning():
            text = f"{words.say('no_recorder')}. {words.say('no_recorder_mend')}"
            return Problem(text, 503)
    return Problem(str(refused), 409, field, "en")
