"""Passwords: which ones are taken, and how one is kept.

NIST SP 800-63B, 5.1.1: at least eight characters of any kind, no rules of composition,
none that is among the commonest or is the account's own name. Kept as argon2id (RFC 9106).
argon2 is imported where it is needed: the recorder imports rules about accounts, not it.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from logger.errors import CommandRefused

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_CHARACTERS: Final = 8
MOST_CHARACTERS: Final = 256


@dataclass(frozen=True, slots=True)
class HashCost:
    """What one guess costs. The default is RFC 9106's second recommended choice."""

    passes: int = 3
    memory_kib: int = 64 * 1024
    lanes: int = 4


DEFAULT_COST: Final = HashCost()


def check_password(password: str, account: str, name: str) -> None:
    """Raise CommandRefused, naming the mend, unless ``password`` may be taken."""
    text = _normalised(password)
    if len(text) < LEAST_CHARACTERS:
        raise CommandRefused(
            f"the password has {len(text)} character(s)", f"Use at least {LEAST_CHARACTERS}"
        )
    if len(text) > MOST_CHARACTERS:
        raise CommandRefused(
            f"the password has {len(text)} characters", f"Use at most {MOST_CHARACTERS}"
        )
    folded = text.casefold()
    own = {account.casefold(), name.casefold(), "".join(name.split()).casefold()}
    if folded in own or folded in _commonest() or len(set(folded)) == 1:
        raise CommandRefused(
            "the password is among the first that anybody would try",
            "Use some words that do not belong together",
        )


def hash_password(password: str, cost: HashCost) -> str:
    """Return the argon2id hash, with its salt and parameters, of ``password``.

    CommandRefused where the machine has no memory for it.
    """
    from argon2.exceptions import HashingError  # noqa: PLC0415 - see above

    try:
        return _hasher(cost).hash(_encoded(password))
    except HashingError as error:
        raise _unchecked(error) from error


def is_password(password: str, stored: str, cost: HashCost) -> bool:
    """Return whether ``stored`` is a hash of ``password``.

    CommandRefused where that cannot be found out: no memory, or a hash that is damaged.
    """
    from argon2.exceptions import (  # noqa: PLC0415 - see above
        InvalidHashError,
        VerificationError,
        VerifyMismatchError,
    )

    try:
        return _hasher(cost).verify(stored, _encoded(password))
    except VerifyMismatchError:
        return False
    except (VerificationError, InvalidHashError) as error:
        raise _unchecked(error) from error


def is_outdated(stored: str, cost: HashCost) -> bool:
    """Return whether ``stored`` was made at another cost than ``cost``."""
    return _hasher(cost).check_needs_rehash(stored)


@cache
def _hasher(cost: HashCost) -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - see above

    return PasswordHasher(
        time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes
    )


@cache
def _commonest() -> frozenset[str]:
    text = files("logger.accounts").joinpath("commonest-passwords.txt").read_text("utf-8")
    return frozenset(text.split())


def _unchecked(error: Exception) -> CommandRefused:
    return CommandRefused(
        f"the password cannot be checked ({error})",
        "Try again, or set a new one with `needlelog account password`",
    )


def _normalised(password: str) -> str:
    """Return the form in which keyboards that compose letters differently agree."""
    return unicodedata.normalize("NFKC", password)


def _encoded(password: str) -> bytes:
    return _normalised(password).encode("utf-8", "surrogatepass")
