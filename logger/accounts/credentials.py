"""A new password, kept so that an entry may name it."""

from pathlib import Path

from logger.accounts.passwords import DEFAULT_COST, HashCost, check_password, hash_password
from logger.accounts.store import AccountStore


def keep_password(
    data_dir: Path, account: str, name: str, password: str, cost: HashCost = DEFAULT_COST
) -> str:
    """Keep the hash of ``password``; returns by which number an order may name it.

    It counts from the entry on that names it, and opens nothing if none ever does.
    CommandRefused, with the mend, for a password that is not taken.
    """
    check_password(password, account, name)
    stored = hash_password(password, cost)
    with AccountStore.open(data_dir) as store:
        return store.add_credential(account, stored)
