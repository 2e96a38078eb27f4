"""The first start: making the first administrator with the code that the console printed."""

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.accounts.checks import check_new, check_permitted
from logger.accounts.orders import AddAccount
from logger.accounts.store import read_accounts
from logger.errors import CommandRefused, NotRunning
from logger.journal.reader import JournalReader
from logger.review.account_ordering import give_account, new_credential
from logger.review.console import Console
from logger.review.visit import Visit, see_other

_REFUSED = 409


async def set_up_page(visit: Visit) -> Response:
    """Ask for the code and the first administrator, as long as the code opens anything."""
    set_up = visit.console.set_up
    if set_up is None or not set_up.is_alive:
        return see_other("/sign-in")
    return visit.page("set_up.html", account="", name="", problem="")


async def make_administrator(visit: Visit) -> Response:
    """Make the account, once; whatever is wrong is said, and the code lasts."""
    set_up, form = visit.console.set_up, visit.form
    account, name = form.get("account", "").strip(), form.get("name", "").strip()
    if set_up is None or not set_up.is_alive:
        return see_other("/sign-in")
    problem = ""
    if not set_up.fits(form.get("code", "")):
        problem = visit.words.say("code_wrong")
    elif form.get("password", "") != form.get("again", ""):
        problem = visit.words.say("passwords_differ")
    else:
        try:
            async with visit.console.signing_in:
                await run_in_threadpool(
                    _add, visit.console, account, name, form.get("password", "")
                )
        except NotRunning:
            raise
        except CommandRefused as refused:
            problem = str(refused)
    if problem:
        return visit.page("set_up.html", _REFUSED, account=account, name=name, problem=problem)
    set_up.use_up()
    return see_other("/sign-in")


def _add(console: Console, account: str, name: str, password: str) -> None:
    data_dir = console.data_dir
    with JournalReader(data_dir) as reader:
        book = read_accounts(data_dir, reader)
    check_permitted("", book)
    check_new(account, book)
    credential = new_credential(console, account, name, password)
    order = AddAccount(account=account, name=name, role="administrator", credential=credential)
    give_account(console, order)
