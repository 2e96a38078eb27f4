"""Who may order what of a session, on which session, and why."""

from logger.errors import CommandRefused
from logger.session.model import Session
from logger.session.orders import By
from logger.session.record_orders import KnownRecords
from logger.session.starting import check_note

_AMENDING = ("practitioner", "administrator")
_SIGNING = ("practitioner",)


def check_may_treat(by: By) -> None:
    """Raise CommandRefused unless ``by`` may start a session, lead it and stop it."""
    _check_role(by, _AMENDING, "lead a session")


def check_may_amend(by: By) -> None:
    """Raise CommandRefused unless ``by`` may amend, review and assign."""
    _check_role(by, _AMENDING, "amend or review a session")


def check_may_sign(by: By) -> None:
    """Raise CommandRefused unless ``by`` may sign."""
    _check_role(by, _SIGNING, "sign a session")


def _check_role(by: By, roles: tuple[str, ...], what: str) -> None:
    if by.role not in roles:
        raise CommandRefused(
            f"account {by.id} is {by.role}, and may not {what}",
            f"Sign in as {' or '.join(roles)}",
        )


def text_of(text: str, what: str) -> str:
    """Return ``text`` without outer blanks; CommandRefused where nothing is left of it."""
    kept = check_note(text)
    if not kept:
        raise CommandRefused(f"the {what} is missing", "Say why: it stays on record")
    return kept


def stopped_session(name: str, known: KnownRecords) -> Session:
    """Return the stopped session of that id that has its samples still."""
    session = known.find(name)
    if session is None:
        raise CommandRefused(f"there is no session {name}", "See `needlelog session list`")
    if session.state != "stopped":
        raise CommandRefused(f"session {name} is not stopped ({session.state})", "Stop it first")
    merged = session.record.merged_into
    if merged:
        raise CommandRefused(f"session {name} was merged into {merged}", f"Name {merged}")
    return session


def settled_session(name: str, known: KnownRecords) -> Session:
    """Return the same, with statistics that are those of its samples."""
    session = stopped_session(name, known)
    if session.record.statistics_due:
        raise CommandRefused(
            f"the statistics of session {name} are just being made again", "Try again in a moment"
        )
    return session
