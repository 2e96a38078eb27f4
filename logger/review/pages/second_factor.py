"""Switching one's own second factor on and off."""

from starlette.responses import Response

from logger.accounts.orders import SwitchSecondFactor
from logger.accounts.second_factor import keep_second_factor
from logger.accounts.totp import address_of, make_recovery_codes, make_secret, step_of
from logger.errors import CommandRefused
from logger.review.account_ordering import give_account
from logger.review.fields import Field, Form
from logger.review.ordering import Problem, ordered, password_entered, problem_of
from logger.review.password_fields import own_field
from logger.review.qr_code import qr_code
from logger.review.visit import Visit, see_other

_HERE = "/account"
_ON, _OFF = f"{_HERE}/factor-on", f"{_HERE}/factor-off"
_MADE = "made"


async def switch_on(visit: Visit) -> Response:
    """Ask for the password; then show a new secret, which counts once a code confirms it."""
    form = _password_form(visit, "factor_on", _ON)
    if not visit.is_sent:
        return visit.page("asking.html", form=form)
    try:
        await password_entered(visit)
    except CommandRefused as refused:
        again = form.again(visit.form, problem_of(refused, visit.words))
        return visit.page("asking.html", again.status, form=again)
    secret = make_secret(visit.console.outside.random_bytes)
    made = visit.console.enrolments.keep((visit.who.id, secret))
    return _secret_page(visit, made, secret)


async def confirm(visit: Visit) -> Response:
    """Switch it on by a code of the new secret, and show the recovery codes, once."""
    made = visit.form.get(_MADE, "")
    account, secret = visit.console.enrolments.find(made) or ("", "")
    if account != visit.who.id:
        return see_other(_ON)
    now_ns = visit.console.outside.now_unix_ns()
    step = step_of(secret, visit.form.get("code", ""), now_ns)
    if step is None:
        problem = Problem(visit.words.say("code_is_wrong"), field="code")
        return _secret_page(visit, made, secret, problem)
    codes = make_recovery_codes(visit.console.outside.random_bytes)
    refused = await ordered(visit, lambda: _switch_on(visit, secret, step, codes), field="code")
    if refused is not None:
        return _secret_page(visit, made, secret, refused)
    visit.console.enrolments.drop(made)
    return visit.page("recovery_codes.html", codes=codes)


async def switch_off(visit: Visit) -> Response:
    """Ask for the password, and switch it off."""
    form = _password_form(visit, "factor_off", _OFF)
    if not visit.is_sent:
        return visit.page("asking.html", form=form)
    order = SwitchSecondFactor(account=visit.who.id, by=visit.who.id)
    problem = await ordered(visit, lambda: give_account(visit.console, order), with_password=True)
    if problem is not None:
        again = form.again(visit.form, problem)
        return visit.page("asking.html", again.status, form=again)
    return see_other("/sign-in?done=factor")


def _switch_on(visit: Visit, secret: str, step: int, codes: list[str]) -> None:
    account = visit.who.id
    factor = keep_second_factor(visit.console.data_dir, account, secret, step, codes)
    give_account(visit.console, SwitchSecondFactor(account=account, factor=factor, by=account))


def _secret_page(visit: Visit, made: str, secret: str, problem: Problem | None = None) -> Response:
    words = visit.words
    form = Form(
        title=words.say("factor_on"),
        action=f"{_HERE}/factor-confirm",
        back=_HERE,
        back_title=words.say("own_account"),
        button=words.say("factor_on_now"),
        fields=[Field(_MADE, "", "hidden", made), code_field(visit, "factor_code_hint")],
    )
    if problem is not None:
        form = form.again({_MADE: made}, problem)
    address = address_of(secret, visit.who.id, visit.console.site)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    picture = qr_code(address, words.say("factor_picture"))
    return visit.page("second_factor.html", form.status, form=form, secret=grouped, picture=picture)


def code_field(visit: Visit, hint: str) -> Field:
    """Return the field for a code of the app."""
    say = visit.words.say
    return Field(
        "code", say("code_now"), hint=say(hint), required=True, most=40, complete="one-time-code"
    )


def _password_form(visit: Visit, name: str, action: str) -> Form:
    say = visit.words.say
    return Form(
        title=say(name),
        action=action,
        back=_HERE,
        back_title=say("own_account"),
        button=say(f"{name}_begin"),
        intro=(say(f"{name}_intro"),),
        fields=[own_field(visit.words)],
    )
