"""What may be ordered about accounts. No order carries a password, a token or a hash.

``by`` is the account that has signed in to give the order, empty if nobody did.
"""

import msgspec


class AccountOrder(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of the orders; gives them one tag."""

    account: str
    by: str = ""


class AddAccount(AccountOrder, frozen=True, kw_only=True, tag="add"):
    """``credential`` names the password's hash, which lies in ``accounts.db`` already."""

    name: str
    role: str
    credential: str


class ChangeRole(AccountOrder, frozen=True, kw_only=True, tag="role"):
    role: str


class ChangePassword(AccountOrder, frozen=True, kw_only=True, tag="password"):
    """``credential`` as in :class:`AddAccount`."""

    credential: str


class SwitchSecondFactor(AccountOrder, frozen=True, kw_only=True, tag="second_factor"):
    """``factor`` names a secret that lies in ``accounts.db`` already; empty switches it off."""

    factor: str = ""


class UnlockAccount(AccountOrder, frozen=True, kw_only=True, tag="unlock"):
    """Whoever orders it lets ``accounts.db`` forget the wrong passwords and codes afterwards."""


class Rename(AccountOrder, frozen=True, kw_only=True, tag="name"):
    name: str


class ReopenAccount(AccountOrder, frozen=True, kw_only=True, tag="reopen"):
    """``credential`` as in :class:`AddAccount`: the former password is gone."""

    credential: str


class MakeToken(AccountOrder, frozen=True, kw_only=True, tag="make_token"):
    """``token`` is its id; its hash lies in ``accounts.db`` already."""

    token: str
    name: str
    role: str
    expires_unix_ns: int


class RevokeToken(AccountOrder, frozen=True, kw_only=True, tag="revoke_token"):
    """``token`` is the id of one of the account's."""

    token: str


class CloseAccount(AccountOrder, frozen=True, kw_only=True, tag="close"):
    pass


AnyAccountOrder = (
    AddAccount
    | ChangeRole
    | Rename
    | ChangePassword
    | CloseAccount
    | ReopenAccount
    | SwitchSecondFactor
    | UnlockAccount
    | MakeToken
    | RevokeToken
)
"""For ``msgspec.convert(arguments, AnyAccountOrder)``."""
