"""One's own account: what it is, its sign-ins, and its password."""

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.accounts.orders import ChangePassword
from logger.accounts.second_factor import recovery_codes_left
from logger.review.account_facts import account_record, sign_ins_of
from logger.review.account_ordering import give_account, new_credential
from logger.review.fields import Form
from logger.review.ordering import ordered
from logger.review.password_fields import NEW, new_fields, new_password_problem, own_field
from logger.review.visit import Visit, see_other

_HERE = "/account"


async def own_account_page(visit: Visit) -> Response:
    """Show the account of whoever is signed in."""
    return await run_in_threadpool(_shown, visit)


async def own_password(visit: Visit) -> Response:
    """Ask for a new password, or have it set; whoever is signed in signs in anew then."""
    words = visit.words
    form = Form(
        title=words.say("own_password_change"),
        action=f"{_HERE}/password",
        back=_HERE,
        back_title=words.say("own_account"),
        button=words.say("own_password_change"),
        intro=(words.say("own_password_intro"),),
        fields=[own_field(words, "own_password_present"), *new_fields(words)],
    )
    if not visit.is_sent:
        return visit.page("asking.html", form=form)
    problem = new_password_problem(visit, visit.who.id, visit.who.name)
    if problem is None:
        problem = await ordered(visit, lambda: _change(visit), field=NEW, with_password=True)
    if problem is not None:
        return visit.page("asking.html", problem.status, form=form.again(visit.form, problem))
    return see_other("/sign-in?done=password")


def _change(visit: Visit) -> None:
    who = visit.who
    credential = new_credential(visit.console, who.id, who.name, visit.form.get(NEW, ""))
    order = ChangePassword(account=who.id, credential=credential, by=who.id)
    give_account(visit.console, order)


def _shown(visit: Visit) -> Response:
    data_dir = visit.console.data_dir
    record = account_record(data_dir, visit.who.id)
    is_on = record is not None and bool(record.second_factor)
    left = recovery_codes_left(data_dir, record) if record is not None and is_on else 0
    sign_ins = sign_ins_of(data_dir, visit.who.id)
    return visit.page("own_account.html", is_on=is_on, left=left, sign_ins=sign_ins)
