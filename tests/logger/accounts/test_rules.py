"""What may be ordered about accounts, and by whom."""

import re

import pytest

from logger.accounts.book import AccountBook
from logger.accounts.model import AccountRecord, Role
from logger.accounts.orders import (
    AddAccount,
    AnyAccountOrder,
    ChangePassword,
    ChangeRole,
    CloseAccount,
    Rename,
    ReopenAccount,
)
from logger.accounts.rules import decide
from logger.errors import CommandRefused
from logger.journal.kinds import AccountAdded, AccountChanged, AccountClosed, AccountReopened


def _record(account: str, role: Role, *, closed: bool = False) -> AccountRecord:
    return AccountRecord(
        id=account, name=account, role=role, credential="c0", position=2, closed=closed
    )


BOOK = AccountBook(
    [
        _record("boss", "administrator"),
        _record("dr-7", "practitioner"),
        _record("eve", "auditor"),
        _record("gone", "administrator", closed=True),
    ]
)
EMPTY = AccountBook()


def _add(
    account: str = "ann", role: str = "auditor", by: str = "boss", name: str = "Ann"
) -> AddAccount:
    return AddAccount(account=account, name=name, role=role, credential="c1", by=by)


def test_the_first_account_is_an_administrator_that_nobody_ordered() -> None:
    added = decide(_add(role="administrator", by=""), EMPTY, "n0nce")
    assert added == AccountAdded(
        account="ann", name="Ann", role="administrator", credential="c1", nonce="n0nce"
    )


def test_an_administrator_adds_accounts() -> None:
    added = decide(_add(name="  Ann   B. "), BOOK, "n0nce")
    assert isinstance(added, AccountAdded)
    assert (added.by, added.name) == ("boss", "Ann B.")


def test_another_role_is_an_entry_with_the_former_one() -> None:
    assert decide(ChangeRole(account="dr-7", role="auditor", by="boss"), BOOK, "") == (
        AccountChanged(account="dr-7", what="role", former="practitioner", now="auditor", by="boss")
    )


@pytest.mark.parametrize("by", ["dr-7", "boss", ""])
def test_a_password_is_set_by_its_owner_an_administrator_or_the_machines_keeper(by: str) -> None:
    assert decide(ChangePassword(account="dr-7", credential="c2", by=by), BOOK, "") == (
        AccountChanged(account="dr-7", what="password", credential="c2", by=by)
    )


def test_an_administrator_closes_accounts() -> None:
    closed = decide(CloseAccount(account="dr-7", by="boss"), BOOK, "")
    assert closed == AccountClosed(account="dr-7", by="boss")


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (_add(by=""), "an administrator must sign in"),
        (_add(by="dr-7"), "account dr-7 is no administrator"),
        (_add(by="gone"), "account gone is no administrator"),
        (_add("boss"), "account boss is there already"),
        (_add("gone"), "account gone was closed, and its id is given to nobody else"),
        (_add("A"), "'A' is no account id"),
        (_add("7up"), "is no account id"),
        (_add("a" * 33), "is no account id"),
        (_add("ann\n"), "is no account id"),
        (_add(role="boss"), "'boss' is no role"),
        (_add(name="  "), "the name is empty"),
        (_add(name="Ann\x1b[2J"), "this is no name"),
        (ChangeRole(account="dr-7", role="practitioner", by="boss"), "is practitioner already"),
        (ChangeRole(account="dr-7", role="auditor", by="eve"), "account eve is no administrator"),
        (ChangeRole(account="boss", role="auditor", by="boss"), "is the last administrator"),
        (ChangeRole(account="gone", role="auditor", by="boss"), "account gone is closed"),
        (ChangePassword(account="dr-7", credential="c", by="eve"), "eve is no administrator"),
        (ChangePassword(account="nobody", credential="c", by="boss"), "there is no account nobody"),
        (CloseAccount(account="boss", by="boss"), "is the last administrator"),
        (CloseAccount(account="dr-7", by=""), "an administrator must sign in"),
    ],
)
def test_what_may_not_be_is_refused(order: AnyAccountOrder, why: str) -> None:
    with pytest.raises(CommandRefused, match=re.escape(why)) as refused:
        decide(order, BOOK, "")
    assert refused.value.mend


def test_before_there_is_an_administrator_there_is_nobody_else() -> None:
    with pytest.raises(CommandRefused, match="there is no administrator yet"):
        decide(_add(by=""), EMPTY, "")


def test_one_of_two_administrators_may_go() -> None:
    book = AccountBook([*BOOK, _record("vice", "administrator")])
    closed = decide(CloseAccount(account="boss", by="vice"), book, "")
    assert closed == AccountClosed(account="boss", by="vice")


def test_another_name_is_an_entry_with_the_former_one_and_a_nonce() -> None:
    assert decide(Rename(account="dr-7", name=" Ann  Bo ", by="boss"), BOOK, "n0nce") == (
        AccountChanged(
            account="dr-7", what="name", former="dr-7", now="Ann Bo", by="boss", nonce="n0nce"
        )
    )


def test_a_closed_account_is_reopened_with_a_new_password() -> None:
    reopened = decide(ReopenAccount(account="gone", credential="c9", by="boss"), BOOK, "")
    assert reopened == AccountReopened(account="gone", credential="c9", by="boss")


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (Rename(account="dr-7", name="dr-7", by="boss"), "has that name already"),
        (Rename(account="dr-7", name=" ", by="boss"), "the name is empty"),
        (Rename(account="gone", name="Ann", by="boss"), "account gone is closed"),
        (Rename(account="dr-7", name="Ann", by="dr-7"), "account dr-7 is no administrator"),
        (Rename(account="dr-7", name="Ann"), "an administrator must sign in"),
        (ReopenAccount(account="dr-7", credential="c9", by="boss"), "account dr-7 is not closed"),
        (ReopenAccount(account="nemo", credential="c9", by="boss"), "there is no account nemo"),
        (ReopenAccount(account="gone", credential="c9", by="eve"), "eve is no administrator"),
        (ReopenAccount(account="gone", credential="c9", by="gone"), "gone is no administrator"),
    ],
)
def test_who_may_not_rename_or_reopen_is_told_why(order: AnyAccountOrder, reason: str) -> None:
    with pytest.raises(CommandRefused, match=re.escape(reason)):
        decide(order, BOOK, "")
