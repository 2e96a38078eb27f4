"""Carries account orders to the running recorder; without one, to the journal itself."""

from typing import Any

import msgspec

from logger.accounts.book import AccountBook
from logger.accounts.credentials import keep_password
from logger.accounts.orders import AnyAccountOrder
from logger.accounts.signing_in import authenticate
from logger.accounts.store import AccountStore, read_accounts
from logger.cli.invocation import Invocation
from logger.cli.ordering import actor
from logger.cli.password_options import Passwords
from logger.command_socket import send_order
from logger.errors import NotRunning
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
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
    try:
        result: dict[str, Any] = send_order(data_dir, "account", msgspec.to_builtins(order))
    except NotRunning:
        if not (data_dir / "journal.db").exists():
            raise
        result = _alone(invocation, order)
    with JournalReader(data_dir) as reader, AccountStore.open(data_dir) as store:
        store.catch_up(reader)
    return result


def _alone(invocation: Invocation, order: AnyAccountOrder) -> dict[str, Any]:
    data_dir = invocation.data_dir
    with Journal.open(data_dir, HostClock()) as journal:
        sessions, _ = open_sessions(data_dir, journal.append)
        sessions.close()
        (entry,) = journal.append([judged(data_dir, order, actor())])
    return told(order, entry)
