"""Orders about accounts, given by the console for whoever is signed in."""

import msgspec

from logger.accounts.credentials import keep_password
from logger.accounts.orders import AnyAccountOrder
from logger.accounts.store import AccountStore
from logger.journal.reader import JournalReader
from logger.review.console import Console


def give_account(console: Console, order: AnyAccountOrder) -> None:
    """Have ``order`` carried out, and what it makes void forgotten; CommandRefused, NotRunning."""
    console.order("account", msgspec.to_builtins(order))
    with JournalReader(console.data_dir) as reader, AccountStore.open(console.data_dir) as store:
        store.catch_up(reader)


def new_credential(console: Console, account: str, name: str, password: str) -> str:
    """Keep a new password; returns by which number to order it. CommandRefused for a weak one."""
    return keep_password(console.data_dir, account, name, password, console.outside.cost)
