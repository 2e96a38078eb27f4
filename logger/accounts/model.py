"""What an account is."""

import re
from typing import Final, Literal, get_args

import msgspec

Role = Literal["practitioner", "auditor", "administrator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

_ID = re.compile(r"[a-z][a-z0-9._-]{1,31}")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has signed in: ``id`` stands in entries, ``name`` under signatures."""

    id: str
    name: str
    role: Role


class AccountRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An account as the journal tells of it.

    ``position`` is that of the last entry about it. ``credential`` names the password that
    counts, wherever its hash lies, ``second_factor`` the secret of an authenticator app, empty
    where none is asked for.
    """

    id: str
    name: str
    role: Role
    credential: str
    position: int
    closed: bool = False
    second_factor: str = ""

    @property
    def account(self) -> Account:
        """What others may know of it."""
        return Account(id=self.id, name=self.name, role=self.role)


def is_account_id(text: str) -> bool:
    """Return whether ``text`` may be an account's id: ``^[a-z][a-z0-9._-]{1,31}$``."""
    return _ID.fullmatch(text) is not None
