"""Accounts: who may sign and administer. No secret, hash or token is ever a field here.

``credential`` is the number under which ``accounts.db`` keeps the password's hash; it
opens nothing. ``by`` is the account that signed in to order it, empty where nobody did: for
the first administrator, and where whoever keeps the machine sets a password anew.
"""

from logger.journal.kinds.payload import Payload


class AccountAdded(Payload, frozen=True, kw_only=True):
    """``role``: ``practitioner``, ``auditor`` or ``administrator``."""

    account: str
    name: str
    role: str
    credential: str
    nonce: str
    by: str = ""


class AccountChanged(Payload, frozen=True, kw_only=True):
    """``what``: ``role``, ``name`` or ``second_factor``, from ``former`` to ``now``.

    Or ``password``, or ``unlocked``. A password and the secret of a second factor are kept as
    ``credential``. Where a name is told there is a ``nonce``.
    """

    account: str
    what: str
    former: str = ""
    now: str = ""
    credential: str = ""
    by: str = ""
    nonce: str = ""


class AccountReopened(Payload, frozen=True, kw_only=True):
    """A closed account is open again, in its former role, with the password ``credential``."""

    account: str
    credential: str
    by: str = ""


class TokenMade(Payload, frozen=True, kw_only=True):
    """A program may show the token of this id for the account, until it ends.

    ``name`` says what it is for; ``role`` is at most the account's own.
    """

    account: str
    token: str
    name: str
    role: str
    expires_unix_ns: int
    nonce: str
    by: str = ""


class TokenRevoked(Payload, frozen=True, kw_only=True):
    """The token of this id opens nothing any more."""

    account: str
    token: str
    by: str = ""


class AccountClosed(Payload, frozen=True, kw_only=True):
    """Nobody signs in with it any more, its id is given to nobody else, and its tokens end."""

    account: str
    by: str = ""
