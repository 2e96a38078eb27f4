"""Signing in: whether the one who asks holds the account."""

import time
from collections.abc import Callable
from pathlib import Path

from logger.accounts.model import Account, AccountRecord, is_account_id
from logger.accounts.passwords import (
    DEFAULT_COST,
    HashCost,
    hash_password,
    is_outdated,
    is_password,
)
from logger.accounts.store import AccountStore
from logger.errors import CommandRefused, WrongPassword
from logger.journal.reader import JournalReader


def authenticate(
    data_dir: Path,
    account: str,
    password: str,
    *,
    cost: HashCost = DEFAULT_COST,
    now_unix_ns: Callable[[], int] = time.time_ns,
) -> Account:
    """Return the account whose ``password`` this is.

    WrongPassword, one and the same answer after the same work, for a wrong password, a closed
    account and one that never was; SignInLocked while the account must wait. A hash that was
    made at another cost is made anew.
    """
    with JournalReader(data_dir) as reader, AccountStore.open(data_dir) as store:
        record = store.catch_up(reader).find(account)
        # One row for all texts that can be no id, so that none of them is kept.
        store.begin_attempt(account if is_account_id(account) else "", now_unix_ns())
        stored = None if record is None or record.closed else store.stored_hash(record)
        if record is None or stored is None:
            hash_password(password, cost)
            raise _refused()
        if not is_password(password, stored, cost):
            raise _refused()
        store.forgive(account)
        _renew(store, record, stored, password, cost)
        return record.account


def _renew(
    store: AccountStore, record: AccountRecord, stored: str, password: str, cost: HashCost
) -> None:
    if is_outdated(stored, cost):
        store.rehash(record, hash_password(password, cost))


def _refused() -> CommandRefused:
    return WrongPassword("account or password is wrong", "Try again")
