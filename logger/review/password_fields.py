"""The fields for passwords: the own one once more, and a new one twice."""

from logger.accounts.passwords import check_password
from logger.errors import CommandRefused
from logger.review.fields import Field
from logger.review.ordering import RE_ENTERED, Problem, problem_of
from logger.review.visit import Visit
from logger.review.words import Words

NEW, AGAIN = "new_password", "again"
_MOST = 256


def own_field(words: Words, hint: str = "own_password_hint") -> Field:
    """Return the field for the password of whoever is signed in."""
    return Field(
        RE_ENTERED,
        words.say("own_password"),
        "password",
        hint=words.say(hint),
        required=True,
        most=_MOST,
        complete="current-password",
    )


def new_fields(words: Words) -> list[Field]:
    """Return the two fields for a new password."""
    hint, complete = words.say("password_hint"), "new-password"
    new, again = words.say("new_password"), words.say("again")
    return [
        Field(NEW, new, "password", hint=hint, required=True, most=_MOST, complete=complete),
        Field(AGAIN, again, "password", required=True, most=_MOST, complete=complete),
    ]


def new_password_problem(visit: Visit, account: str, name: str) -> Problem | None:
    """Return what to tell of a new password that is weak, or was not typed alike twice."""
    password = visit.form.get(NEW, "")
    if password != visit.form.get(AGAIN, ""):
        return Problem(visit.words.say("passwords_differ"), field=AGAIN)
    try:
        check_password(password, account, name)
    except CommandRefused as refused:
        return problem_of(refused, visit.words, NEW)
    return None
