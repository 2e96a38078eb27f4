"""The second factor of an account in ``accounts.db``: kept, and asked for at sign-in.

The journal tells that it was switched on or off, and by whom; the secret lies here alone.
"""

import secrets
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import apsw

from logger.accounts.accounts_file import (
    ACCOUNTS_FILE,
    open_for_writing,
    statements,
    storage_errors,
    transaction,
)
from logger.accounts.model import AccountRecord
from logger.accounts.throttle import MOST_FAILURES, still_to_wait_s
from logger.accounts.totp import recovery_hash, step_of
from logger.errors import CommandRefused, SignInLocked, WrongPassword

Proof = Literal["code", "recovery"]
"""By what the second step was taken: a code of the app, or one for its loss."""


def keep_second_factor(
    data_dir: Path, account: str, secret: str, last_step: int, codes: Iterable[str]
) -> str:
    """Keep a secret and recovery codes; returns by which number an order may name them.

    They count from the entry on that does. ``last_step`` is that of the code by which it was
    confirmed: no code is taken twice.
    """
    number, path = secrets.token_hex(8), data_dir / ACCOUNTS_FILE
    with closing(open_for_writing(path)) as file, storage_errors(path), transaction(file):
        _do(file, "add_second_factor", (number, account, secret, last_step))
        for code in codes:
            _do(file, "add_recovery_code", (recovery_hash(code), number))
    return number


def take_code(data_dir: Path, record: AccountRecord, code: str, now_unix_ns: int) -> Proof:
    """Return what ``code`` is, once: it is used up.

    WrongPassword if it is none; SignInLocked while the account must wait. An attempt is counted
    in the transaction that judges it, so neither a restart nor many at once evade it.
    """
    path, factor = data_dir / ACCOUNTS_FILE, record.second_factor
    with closing(open_for_writing(path)) as file, storage_errors(path), transaction(file):
        rows = _do(file, "second_factor", (factor,))
        if not rows:
            raise CommandRefused(
                f"the second factor of account {record.id} is not kept here any more",
                "Have an administrator switch it off",
            )
        secret, last_step, failures, failed_unix_ns = rows[0]
        left_s = still_to_wait_s(failures, failed_unix_ns, now_unix_ns)
        refused = failures >= MOST_FAILURES or left_s > 0
        proof = None if refused else _judged(file, factor, (secret, last_step), code, now_unix_ns)
        if proof is None and not refused:
            _do(file, "put_code_failures", (failures + 1, now_unix_ns, factor))
        elif refused and failed_unix_ns > now_unix_ns:
            # The clock was set back: wait by the clock as it is now.
            _do(file, "put_code_failures", (failures, now_unix_ns, factor))
    if refused:
        raise _locked(failures, left_s)
    if proof is None:
        raise WrongPassword("the code is wrong, or was used already", "Try again")
    return proof


def recovery_codes_left(data_dir: Path, record: AccountRecord) -> int:
    """Return how many recovery codes an account has left."""
    path = data_dir / ACCOUNTS_FILE
    with closing(open_for_writing(path)) as file, storage_errors(path):
        return int(_do(file, "recovery_codes_left", (record.second_factor,))[0][0])


def _judged(
    file: apsw.Connection, factor: str, kept: tuple[str, int], code: str, now_unix_ns: int
) -> Proof | None:
    secret, last_step = kept
    step = step_of(secret, code, now_unix_ns, last_step)
    if step is not None:
        _do(file, "take_step", (step, factor))
        return "code"
    if _do(file, "take_recovery_code", (recovery_hash(code), factor)):
        _do(file, "take_step", (last_step, factor))
        return "recovery"
    return None


def _locked(failures: int, left_s: float) -> SignInLocked:
    reason = f"{failures} wrong codes in a row were given"
    if failures >= MOST_FAILURES:
        return SignInLocked(reason, "Have an administrator switch the second factor off")
    return SignInLocked(reason, f"Try again in {left_s:.0f} s", left_s)


def _do(file: apsw.Connection, name: str, bindings: tuple[Any, ...]) -> list[Any]:
    return file.execute(statements()[name], bindings).fetchall()
