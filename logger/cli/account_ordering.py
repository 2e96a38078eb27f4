"""Carries account orders to the running recorder; without one, to the journal itself."""

from typing import Any

import msgspec

from logger.accounts.book import AccountBook
from logger.accounts.credentials import keep_password
from logger.accounts.orders import AnyAccountOrder
from logger.accounts.signing_in import authenticate
from logger.accounts.store import AccountStore, read_accounts
from logger.cli.alone import sent_or_alone
from logger.cli.invocation import Invocation
from logger.cli.ordering import actor
from logger.cli.password_options import Passwords
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.service.account_orders import judged, told
from logger.session.store import open_sessions


def book_of(invocation: Invocation) -> AccountBook:
    """Return all accounts as the journal has them now."""
    with JournalReader(invocation.data_dir) as reader:
        return read_accounts(invocation.data_dir, reader)


def sign_in(invocation: Invocation, by: str, passwords: Passwords) -> None:
    """Return once the password of account ``by`` was given; at once if nobody is named."""
    if by:
        authenticate(invocation.data_dir, by, passwords.ask(by))


def new_credential(invocation: Invocation, account: str, name: str, passwords: Passwords) -> str:
    """Ask for a new password and keep its hash; returns by which number to order it."""
    return keep_password(invocation.data_dir, account, name, passwords.ask_new(account))


def carry_out(invocation: Invocation, order: AnyAccountOrder) -> dict[str, Any]:
    """Return what was done, and at which position.

    Raises :class:`CommandRefused` with the reason.
    """
    data_dir = invocation.data_dir

    def alone(journal: Journal) -> dict[str, Any]:
        sessions, _ = open_sessions(data_dir, journal.append)
        sessions.close()
        (entry,) = journal.append([judged(data_dir, order, actor())])
        return told(order, entry)

    arguments = msgspec.to_builtins(order)
    result: dict[str, Any] = sent_or_alone(data_dir, "account", arguments, alone)
    with JournalReader(data_dir) as reader, AccountStore.open(data_dir) as store:
        store.catch_up(reader)
    return result
