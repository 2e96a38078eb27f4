"""The rules of starting a session, and how its id is made."""

import re
from collections.abc import Callable

from logger.errors import CommandRefused
from logger.journal.kinds import Payload, Plan, SessionStarted
from logger.session.cartridges import check_cartridge
from logger.session.legs import parse_side, parse_zone
from logger.session.orders import INDICATIONS, Known, KnownPen, Start

_CLIENT = re.compile(r"[A-Za-z0-9._-]{1,32}")
_PRACTITIONER = re.compile(r"[A-Za-z0-9._:@-]{1,64}")
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_NOTE_CHARACTERS = 4000


def new_session_id(utc_date: str, random_bits: Callable[[int], int]) -> str:
    """Return ``YYYYMMDD-xxxx``: the date as given and 20 random bits in Crockford's base 32."""
    bits = random_bits(20)
    return f"{utc_date}-" + "".join(_CROCKFORD[bits >> shift & 31] for shift in (15, 10, 5, 0))


def start(order: Start, known: Known) -> list[Payload]:
    """Return the SessionStarted of ``order``; CommandRefused where it breaks a rule."""
    side, zone = parse_side(order.side), parse_zone(order.zone)
    client, practitioner = check_client(order.client), check_practitioner(order.practitioner)
    pen = _free_pen(order.pen, known)
    started = SessionStarted(
        session=_unused_id(known),
        pen=pen.serial,
        client=client,
        practitioner=practitioner,
        side=side,
        zone=zone,
        nonce=known.make_nonce(),
        simulated=pen.simulated,
        plan=_plan(order.plan, known),
        indication=check_indication(order.indication),
        cartridge=check_cartridge(order.cartridge) if order.cartridge else None,
        note=check_note(order.note),
    )
    return [started]


def check_client(code: str) -> str:
    """Return the clinic's code of a client; CommandRefused if it cannot be one."""
    return _code(code, _CLIENT, "client", "letters, digits, '.', '_' and '-', up to 32")


def check_practitioner(code: str) -> str:
    """Return an account or code of a practitioner; CommandRefused if it cannot be one."""
    allowed = "an account or code of letters, digits and . _ : @ -, up to 64"
    return _code(code, _PRACTITIONER, "practitioner", allowed)


def check_note(text: str) -> str:
    """Return the note without outer blanks; CommandRefused if it is too long."""
    note = text.strip()
    if len(note) > _NOTE_CHARACTERS:
        raise CommandRefused(
            f"the note has {len(note)} characters", f"Use at most {_NOTE_CHARACTERS}."
        )
    return note


def _code(text: str, pattern: re.Pattern[str], what: str, allowed: str) -> str:
    if not text:
        raise CommandRefused(f"the {what} is missing", f"Give {allowed}.")
    if not pattern.fullmatch(text):
        raise CommandRefused(f"{text!r} is no {what} code", f"Use {allowed}; no names.")
    return text


def _free_pen(serial: str | None, known: Known) -> KnownPen:
    linked = [pen.serial for pen in known.pens.values() if pen.linked]
    listing = f"Linked: {', '.join(linked)}." if linked else "No pen is linked."
    if serial is None:
        if len(linked) != 1:
            raise CommandRefused("the pen is missing", f"Name it. {listing}")
        serial = linked[0]
    pen = known.pens.get(serial)
    if pen is None:
        raise CommandRefused(f"pen {serial} is unknown", listing)
    for one in known.open_sessions:
        if one.pen == serial:
            mend = "Resume it or stop it first." if one.state == "lapsed" else "Stop it first."
            raise CommandRefused(
                f"session {one.id} on pen {serial} is not stopped ({one.state})", mend
            )
    if not pen.linked:
        raise CommandRefused(f"pen {serial} is not linked", f"Connect it. {listing}")
    return pen


def _unused_id(known: Known) -> str:
    session = known.make_session_id()
    while known.is_session(session):
        session = known.make_session_id()
    return session


def _plan(reference: str, known: Known) -> Plan | None:
    if not reference:
        return None
    name, _, version = reference.partition("@")
    matching = [key for key in known.plans if key[0] == name and (not version or key[1] == version)]
    if len(matching) != 1:
        at_hand = ", ".join(sorted(f"{key[0]}@{key[1]}" for key in known.plans)) or "none"
        problem = "has several versions" if matching else "is not in the plans file"
        raise CommandRefused(f"plan {reference!r} {problem}", f"At hand: {at_hand}.")
    plan = known.plans[matching[0]]
    if known.used_plans.get(matching[0], plan) != plan:
        raise CommandRefused(
            f"plan {plan.name} version {plan.version} had other content in an earlier session",
            "Give the changed plan a new version.",
        )
    return plan


def check_indication(text: str) -> str:
    """Return the slug of an indication, empty for none; CommandRefused lists all."""
    slug = "-".join(text.lower().replace("-", " ").replace("_", " ").split())
    if slug and slug not in INDICATIONS:
        raise CommandRefused(
            f"{text!r} is no indication on the list", f"Use one of: {', '.join(INDICATIONS)}."
        )
    return slug
