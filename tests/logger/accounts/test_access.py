import msgspec
import pytest

from logger.accounts.access import ACCESS_KINDS, NoteAccess, access_arguments, judge_access
from logger.accounts.book import AccountBook
from logger.accounts.model import AccountRecord
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.kinds import Payload
from logger.sinks.allow import ALLOWED_KINDS

_BOOK = AccountBook(
    [
        AccountRecord(id="dr.b", name="B", role="auditor", credential="c", position=1),
        AccountRecord(id="old", name="O", role="auditor", credential="c", position=2, closed=True),
    ]
)


def _judged(payload: Payload) -> Payload:
    order = msgspec.convert(access_arguments(payload), NoteAccess)
    return judge_access(order, _BOOK, "20261122-ab12".__eq__)


@pytest.mark.parametrize(
    "told",
    [
        kinds.SignedIn(account="dr.b", at_unix_ns=1),
        kinds.SignedOut(account="old", at_unix_ns=1, cause="account_changed"),
        kinds.SignInFailed(account="", at_unix_ns=1),
        kinds.SessionViewed(account="dr.b", at_unix_ns=1, session="20261122-ab12"),
        kinds.SessionExported(account="dr.b", at_unix_ns=1, session="20261122-ab12", form="csv"),
        kinds.SessionExported(
            account="dr.b",
            at_unix_ns=1,
            session="",
            form="csv",
            what="deviations",
            since_unix_ns=1,
            until_unix_ns=2,
        ),
    ],
)
def test_what_the_console_tells_is_what_is_appended(told: Payload) -> None:
    assert _judged(told) == told


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (kinds.SignedIn(account="", at_unix_ns=1), "there is no account"),
        (kinds.SignInFailed(account="hunter2", at_unix_ns=1), "there is no account hunter2"),
        (kinds.SessionViewed(account="dr.b", at_unix_ns=1, session="x"), "there is no session x"),
        (
            kinds.SessionExported(account="dr.b", at_unix_ns=1, session="", form="csv"),
            "there is no session",
        ),
        (kinds.AccountClosed(account="dr.b"), "is noted by no console"),
    ],
)
def test_what_never_was_is_refused(told: Payload, reason: str) -> None:
    with pytest.raises(CommandRefused, match=reason):
        _judged(told)


def test_fields_that_are_not_the_kinds_are_refused() -> None:
    order = NoteAccess("access.exported", {"account": "dr.b", "form": "smoke"})
    with pytest.raises(msgspec.ValidationError):
        judge_access(order, _BOOK, lambda _: True)


def test_none_of_it_leaves_the_mini_pc_or_changes_a_session() -> None:
    assert len(ACCESS_KINDS) == 5
    assert not ALLOWED_KINDS.intersection(ACCESS_KINDS)
    assert not set(kinds.SESSION_KINDS).intersection(ACCESS_KINDS)
