"""Before any page: who asks, whether they may, and whether a form is one of ours."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from logger.accounts.store import read_accounts
from logger.errors import NeedlelogError
from logger.journal.kinds import SignedOut, SignOutCause
from logger.journal.reader import JournalReader
from logger.review import cookies
from logger.review.console import Console
from logger.review.failures import refused
from logger.review.routes import Route
from logger.review.sign_ins import SignIn
from logger.review.visit import Visit, form_token, see_other, sign_in_address
from logger.review.words import LANGUAGES, Words

_FORM_TYPE = "application/x-www-form-urlencoded"
_FORM_BYTES_MAX = 65_536
_FIELDS_MAX = 200
_READING = ("GET", "HEAD")

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(console: Console, route: Route) -> Endpoint:
    """Return the page of ``route`` behind its rules; whoever is not named there is kept out."""

    async def endpoint(request: Request) -> Response:
        token, signed_in = await run_in_threadpool(find_signed_in, console, request)
        account = signed_in.account if signed_in else None
        browser = cookies.read(request, console, cookies.BROWSER)
        bound_to = token or browser or console.make_token()
        visit = Visit(request, console, words_for(console, request), bound_to, account)
        response = await _answer(route, visit)
        if not (token or browser):
            cookies.put(response, console, cookies.BROWSER, bound_to)
        return response

    return endpoint


async def _answer(route: Route, visit: Visit) -> Response:
    if not route.is_open and visit.account is None:
        to = visit.here if visit.request.method in _READING else "/"
        return see_other(sign_in_address(to))
    try:
        if not route.is_open and visit.who.role not in route.roles:
            raise HTTPException(403)
        if visit.request.method not in _READING:
            return await _taken(route, replace(visit, form=await _form_of(visit)))
        return await route.page(visit)
    except (NeedlelogError, HTTPException) as error:
        return refused(visit, error)


async def _taken(route: Route, visit: Visit) -> Response:
    """Return the answer to a form: one and the same if it is sent twice, as by a double click."""
    number = visit.form.get("number", "")
    if not number:
        return await route.page(visit)
    shown = f"{visit.token} {visit.request.url.path} {number}"
    return await visit.console.once.answer(shown, lambda: route.page(visit))


async def _form_of(visit: Visit) -> dict[str, str]:
    """Return the fields of the form that was sent; HTTPException unless it is one of ours."""
    headers = visit.request.headers
    length = headers.get("content-length", "")
    if not length.isdigit() or int(length) > _FORM_BYTES_MAX:
        raise HTTPException(413)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise HTTPException(415)
    form: FormData = await visit.request.form(max_fields=_FIELDS_MAX)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    expected = form_token(visit.console.secret, visit.token)
    if not hmac.compare_digest(fields.get("form_token", "").encode(), expected.encode()):
        raise HTTPException(403, "form")
    return fields


def words_for(console: Console, request: HTTPConnection) -> Words:
    """Return the words of the language that this browser chose, else of the setting's."""
    chosen = cookies.read_language(request, console)
    return Words(chosen if chosen in LANGUAGES else console.settings.language)


def find_signed_in(
    console: Console, request: HTTPConnection, is_use: bool = True
) -> tuple[str, SignIn | None]:
    """Return the token of a sign-in that lasts, and the sign-in; else nothing and None.

    If it ``is_use`` of the console, the sign-in begins to idle anew.
    """
    for over in console.sign_ins.timed_out():
        note_sign_out(console, over, "timed_out")
    token = cookies.read(request, console, cookies.SIGN_IN)
    find = console.sign_ins.find if is_use else console.sign_ins.look_at
    found = find(token) if token else None
    if found is None:
        return "", None
    if not _still_stands(console, found):
        console.sign_ins.end(token)
        note_sign_out(console, found, "account_changed")
        return "", None
    return token, found


def _still_stands(console: Console, signed_in: SignIn) -> bool:
    """Return whether nothing of the account was changed since: role, password, or closed."""
    with JournalReader(console.data_dir) as reader:
        record = read_accounts(console.data_dir, reader).find(signed_in.account.id)
    return record is not None and record.position == signed_in.position


def note_sign_out(console: Console, signed_in: SignIn, cause: SignOutCause) -> None:
    """Let the end of a sign-in be an entry."""
    now_ns = console.outside.now_unix_ns()
    told = SignedOut(account=signed_in.account.id, at_unix_ns=now_ns, cause=cause)
    console.access.note(told)
