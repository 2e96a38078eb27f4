"""Which accounts are kept waiting for too many wrong passwords or codes, and forgiving them."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from logger.accounts.accounts_file import (
    ACCOUNTS_FILE,
    VERSION,
    open_for_reading,
    open_for_writing,
    statements,
    storage_errors,
    transaction,
    version_of,
)
from logger.accounts.throttle import MOST_FAILURES, still_to_wait_s

FOR_GOOD = float("inf")
"""Stands for a wait that only an administrator ends."""


def read_locks(data_dir: Path, now_unix_ns: int) -> Mapping[str, float]:
    """Return how many seconds each account that must wait has to wait still, FOR_GOOD at most."""
    path = data_dir / ACCOUNTS_FILE
    file = open_for_reading(path)
    if file is None:
        return {}
    with closing(file), storage_errors(path):
        if version_of(file) < VERSION:
            return {}
        rows: list[Any] = file.execute(statements()["all_failures"]).fetchall()
    locks: dict[str, float] = {}
    for account, failures, last_unix_ns in rows:
        left_s = still_to_wait_s(failures, last_unix_ns, now_unix_ns)
        left_s = FOR_GOOD if failures >= MOST_FAILURES else left_s
        if left_s > 0:
            locks[account] = max(left_s, locks.get(account, 0.0))
    return locks


def forgive(data_dir: Path, account: str) -> None:
    """Forget an account's wrong passwords and codes."""
    path = data_dir / ACCOUNTS_FILE
    with closing(open_for_writing(path)) as file, storage_errors(path), transaction(file):
        for name in ("forget_failures", "forgive_codes"):
            file.execute(statements()[name], (account,))
