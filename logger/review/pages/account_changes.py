"""Adding an account, and changing one: each by an administrator, after the password."""

from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.accounts.checks import check_new
from logger.accounts.locks import forgive
from logger.accounts.model import ROLES, AccountRecord
from logger.accounts.orders import (
    AddAccount,
    AnyAccountOrder,
    ChangePassword,
    ChangeRole,
    CloseAccount,
    Rename,
    ReopenAccount,
    SwitchSecondFactor,
    UnlockAccount,
)
from logger.accounts.store import read_accounts
from logger.errors import CommandRefused
from logger.journal.reader import JournalReader
from logger.review.account_facts import account_record
from logger.review.account_ordering import give_account, new_credential
from logger.review.fields import Field, Form
from logger.review.ordering import Problem, ordered, problem_of
from logger.review.pages.accounts import CHANGES
from logger.review.password_fields import NEW, new_fields, new_password_problem, own_field
from logger.review.visit import Visit, see_other

_LIST = "/accounts"
_WITH_PASSWORD = ("password", "reopen")


async def add_account(visit: Visit) -> Response:
    """Ask for a new account, or have it added."""
    words = visit.words
    hints = (words.say("account_hint"), words.say("name_hint"))
    fields = [
        Field("account", words.say("account"), hint=hints[0], required=True, most=32),
        Field("name", words.say("name"), hint=hints[1], required=True, most=100),
        _role_field(visit, ROLES[0]),
    ]
    form = _form(visit, "add", "/add-account", _LIST, [*fields, *new_fields(words)])
    problem = await run_in_threadpool(_wrong_in_new, visit) if visit.is_sent else None
    return await _changed(visit, form, "add", partial(_add, visit), problem)


async def change_account(visit: Visit) -> Response:
    """Ask for a change of an account, or have it carried out."""
    what = visit.request.path_params["change"]
    record = await run_in_threadpool(
        account_record, visit.console.data_dir, visit.request.path_params["account"]
    )
    if record is None or what not in CHANGES:
        raise HTTPException(404)
    back = f"{_LIST}/{record.id}"
    form = _form(visit, what, f"{back}/{what}", back, _fields(visit, what, record), record)
    is_new = visit.is_sent and what in _WITH_PASSWORD
    problem = new_password_problem(visit, record.id, record.name) if is_new else None
    return await _changed(visit, form, what, partial(_change, visit, what, record), problem)


async def _changed(
    visit: Visit, form: Form, what: str, give: Callable[[], None], problem: Problem | None
) -> Response:
    """Return the form, with ``problem`` if something in it is wrong already, or have it done."""
    if not visit.is_sent:
        return visit.page("asking.html", form=form)
    if problem is None:
        asked = [one.name for one in form.fields]
        field = next((one for one in (what, "name") if one in asked), "")
        problem = await ordered(visit, give, field=field, with_password=True)
    if problem is not None:
        return visit.page("asking.html", problem.status, form=form.again(visit.form, problem))
    return see_other(f"{_LIST}?done={what}")


def _wrong_in_new(visit: Visit) -> Problem | None:
    """Return what is wrong with the id or the password of a new account."""
    account, name = _id_and_name(visit)
    data_dir = visit.console.data_dir
    try:
        with JournalReader(data_dir) as reader:
            check_new(account, read_accounts(data_dir, reader))
    except CommandRefused as refused:
        return problem_of(refused, visit.words, "account")
    return new_password_problem(visit, account, name)


def _id_and_name(visit: Visit) -> tuple[str, str]:
    return visit.form.get("account", "").strip(), visit.form.get("name", "").strip()


def _add(visit: Visit) -> None:
    console, (account, name) = visit.console, _id_and_name(visit)
    credential = new_credential(console, account, name, visit.form.get(NEW, ""))
    role, by = visit.form.get("role", ""), visit.who.id
    order = AddAccount(account=account, name=name, role=role, credential=credential, by=by)
    give_account(console, order)


def _change(visit: Visit, what: str, record: AccountRecord) -> None:
    give_account(visit.console, _order(visit, what, record))
    if what == "unlock":
        forgive(visit.console.data_dir, record.id)


def _order(visit: Visit, what: str, record: AccountRecord) -> AnyAccountOrder:
    account, by, form = record.id, visit.who.id, visit.form
    match what:
        case "name":
            return Rename(account=account, by=by, name=form.get("name", ""))
        case "role":
            return ChangeRole(account=account, by=by, role=form.get("role", ""))
        case "unlock":
            return UnlockAccount(account=account, by=by)
        case "factor":
            return SwitchSecondFactor(account=account, by=by)
        case "close":
            return CloseAccount(account=account, by=by)
    credential = new_credential(visit.console, account, record.name, form.get(NEW, ""))
    again = ReopenAccount if what == "reopen" else ChangePassword
    return again(account=account, by=by, credential=credential)


def _fields(visit: Visit, what: str, record: AccountRecord) -> list[Field]:
    say = visit.words.say
    if what == "name":
        hint = say("name_hint")
        return [Field("name", say("name"), "text", record.name, hint=hint, required=True, most=100)]
    if what == "role":
        return [_role_field(visit, record.role)]
    return new_fields(visit.words) if what in _WITH_PASSWORD else []


def _role_field(visit: Visit, role: str) -> Field:
    roles = [(one, visit.words.name("roles", one)) for one in ROLES]
    return Field("role", visit.words.word("role"), "answer", role, roles)


def _form(
    visit: Visit,
    what: str,
    action: str,
    back: str,
    fields: list[Field],
    record: AccountRecord | None = None,
) -> Form:
    words, say = visit.words, visit.words.say
    facts = []
    if record is not None:
        facts = [[say("account"), record.id], [say("name"), record.name]]
        facts.append([words.word("role"), words.name("roles", record.role)])
    return Form(
        title=say(f"account_{what}"),
        action=action,
        back=back,
        back_title=say("accounts_area") if record is None else record.id,
        button=say(f"account_{what}_now"),
        intro=(say(f"account_{what}_intro"),),
        facts=facts,
        fields=[*fields, own_field(words)],
    )
