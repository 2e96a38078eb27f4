"""Options of the clinical form that are more than a word."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from logger.journal.kinds import AdverseEvent, TreatedZone

_Command = TypeVar("_Command", bound=Callable[..., Any])
_ZONE_PARTS = (3, 4)


def checklist_option(name: str, text: str) -> Callable[[_Command], _Command]:
    """Return the option ``--name/--no-name``, None where neither is given."""
    return click.option(f"--{name}/--no-{name}", default=None, help=text)


def word_option(name: str, words: Sequence[str]) -> Callable[[_Command], _Command]:
    """Return an option that takes one of ``words``, empty where it is not given."""
    choice = click.Choice(["", *words])
    help_text = f"One of: {', '.join(words)}."
    return click.option(name, default="", type=choice, metavar="WORD", help=help_text)


def treated_zone(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[TreatedZone, ...]:
    """Return the zones that ``SIDE:ZONE:CM2[:PASSES]`` name; click.BadParameter if they do not."""
    zones = []
    for value in values:
        parts = value.split(":")
        try:
            if len(parts) not in _ZONE_PARTS:
                raise ValueError
            area_cm2 = float(parts[2]) if parts[2] else None
            passes = int(parts[3]) if len(parts) == _ZONE_PARTS[1] else None
        except ValueError:
            raise click.BadParameter(
                f"{value!r} is not SIDE:ZONE:CM2[:PASSES], such as left:shin:120:2",
                ctx,
                parameter,
            ) from None
        zones.append(TreatedZone(side=parts[0], zone=parts[1], area_cm2=area_cm2, passes=passes))
    return tuple(zones)


def adverse_event(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[AdverseEvent, ...]:
    """Return the events that ``WHAT[:GRADE[:NOTE]]`` name; click.BadParameter if they do not."""
    events = []
    for value in values:
        what, _, rest = value.partition(":")
        grade, _, note = rest.partition(":")
        if grade and not grade.isdecimal():
            raise click.BadParameter(
                f"{value!r} is not WHAT[:GRADE[:NOTE]], such as erythema:2", ctx, parameter
            )
        events.append(
            AdverseEvent(what=what, erythema_grade=int(grade) if grade else None, note=note)
        )
    return tuple(events)
