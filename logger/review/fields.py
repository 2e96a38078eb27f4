"""The fields of a form, as ``fields.html`` draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from logger.review.ordering import Problem

Kind = Literal["text", "lines", "number", "date", "time", "choice", "answer", "password", "hidden"]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to enter. ``choices`` are value and name, of ``choice`` and ``answer``.

    ``most`` is the most characters; ``limits`` are least, most and step of a number.
    ``complete`` tells the browser what it may fill in. Those of one ``group`` stand together.
    """

    name: str
    label: str
    kind: Kind = "text"
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    required: bool = False
    most: int = 200
    limits: tuple[str, str, str] = ("", "", "")
    complete: str = "off"
    problem: Problem | None = None
    group: str = ""


def kept(
    fields: Sequence[Field], form: Mapping[str, str], problems: Sequence[Problem]
) -> list[Field]:
    """Return the fields with what was typed in them, but no password, and what is wrong there."""
    wrong = {one.field: one for one in problems if one.field}
    return [
        replace(
            one,
            value=one.value if one.kind == "password" else form.get(one.name, one.value),
            problem=wrong.get(one.name),
        )
        for one in fields
    ]


@dataclass(frozen=True, slots=True)
class Form:
    """A page that asks for something: ``action`` takes it, ``back`` is where it leads else.

    ``facts`` are label and value of what is so now.
    """

    title: str
    action: str
    back: str
    back_title: str
    button: str
    fields: Sequence[Field]
    intro: Sequence[str] = ()
    facts: Sequence[Sequence[str]] = ()
    problems: Sequence[Problem] = ()

    def again(self, form: Mapping[str, str], *problems: Problem) -> "Form":
        """Return it with what was typed, and why it was not taken."""
        return replace(self, fields=kept(self.fields, form, problems), problems=problems)

    @property
    def groups(self) -> list[tuple[str, list[Field]]]:
        """The fields by group, in order."""
        return [(name, list(some)) for name, some in groupby(self.fields, lambda one: one.group)]

    @property
    def status(self) -> int:
        """Which status the page is answered with."""
        return self.problems[0].status if self.problems else 200
