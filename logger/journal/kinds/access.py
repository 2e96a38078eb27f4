"""Who used the console, and what was looked at: never what was typed.

``account`` is an account id; ``token`` is the id of the token that a program showed for it, empty
where the person was signed in. ``at_unix_ns`` is when it happened by the console's clock, UTC: the
entry itself may come later, where no recorder was running.
"""

from typing import Literal

from logger.journal.kinds.payload import Payload

SignOutCause = Literal["asked", "timed_out", "account_changed"]
ExportForm = Literal["pdf", "csv", "jsonl", "json", "parquet", "fhir", "bundle"]


class SignedIn(Payload, frozen=True, kw_only=True):
    """An account's password was given to the console.

    And what ``second_factor`` says: a ``code``, one for its loss (``recovery``), or nothing.
    """

    account: str
    at_unix_ns: int
    second_factor: Literal["", "code", "recovery"] = ""


class SignedOut(Payload, frozen=True, kw_only=True):
    """A sign-in ended: by its holder, by its time-out, or because the account was changed."""

    account: str
    at_unix_ns: int
    cause: SignOutCause


class SignInFailed(Payload, frozen=True, kw_only=True):
    """A wrong password; ``account`` is empty where there is no account of the id given."""

    account: str
    at_unix_ns: int


class SessionViewed(Payload, frozen=True, kw_only=True):
    """The page of a session was shown, or the same as data."""

    account: str
    at_unix_ns: int
    session: str
    token: str = ""


class SessionExported(Payload, frozen=True, kw_only=True):
    """A session left as a file; or, where ``session`` is empty, an audit of a period.

    Of that, ``what`` names the part (``report``, ``trail``, ``deviations``, …), from
    ``since_unix_ns`` on and before ``until_unix_ns``.
    """

    account: str
    at_unix_ns: int
    session: str
    form: ExportForm
    what: str = ""
    since_unix_ns: int | None = None
    until_unix_ns: int | None = None
    token: str = ""
