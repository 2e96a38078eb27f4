"""Access tokens: what a program shows instead of a password. Pure.

A token is 256 random bits. The journal tells whose it is, what it may do and until when;
only its SHA-256 is kept, in ``accounts.db``.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from logger.accounts.model import Role
from logger.journal import kinds

GRANTED: Final[Mapping[Role, tuple[Role, ...]]] = {
    "auditor": ("auditor",),
    "practitioner": ("practitioner", "auditor"),
    "administrator": ("administrator", "practitioner", "auditor"),
}
"""By the role of an account, the roles that its tokens may have: at most its own."""
LONGEST_DAYS: Final = 366

_PREFIX = "needlelog_"
_SECRET_BYTES = 32
_ID_BYTES = 8
_TOKEN = re.compile(rf"{_PREFIX}[0-9a-f]{{{2 * _SECRET_BYTES}}}")


class TokenRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A token as the journal tells of it; ``position`` is that of the last entry about it.

    It may do what both ``role`` and the present role of its account may.
    """

    id: str
    account: str
    name: str
    role: Role
    expires_unix_ns: int
    position: int
    revoked: bool = False


class TokenBook:
    """All tokens there ever were, by id; folds like ``AccountBook``."""

    def __init__(self, records: Iterable[TokenRecord] = ()) -> None:
        self._records = {one.id: one for one in records}

    def __iter__(self) -> Iterator[TokenRecord]:
        """Yield every token, revoked ones too, in the order in which they were made."""
        return iter(self._records.values())

    def find(self, token: str) -> TokenRecord | None:
        """Return the token of that id, None if there never was one."""
        return self._records.get(token)

    def apply(self, payload: kinds.Payload, position: int) -> None:
        """Fold what an entry tells; a token ends with the closing of its account."""
        match payload:
            case kinds.TokenMade() if payload.token not in self._records:
                told = msgspec.structs.asdict(payload) | {"id": payload.token, "position": position}
                self._records[payload.token] = msgspec.convert(told, TokenRecord)
            case kinds.TokenRevoked():
                self._revoke(lambda one: one.id == payload.token, position)
            case kinds.AccountClosed():
                self._revoke(lambda one: one.account == payload.account, position)

    def _revoke(self, is_meant: Callable[[TokenRecord], bool], position: int) -> None:
        for one in list(self._records.values()):
            if is_meant(one) and one.position < position and not one.revoked:
                revoked = msgspec.structs.replace(one, revoked=True, position=position)
                self._records[one.id] = revoked


def make_token(random_bytes: Callable[[int], bytes]) -> tuple[str, str]:
    """Return the id of a new token, and the token itself."""
    return random_bytes(_ID_BYTES).hex(), _PREFIX + random_bytes(_SECRET_BYTES).hex()


def is_token(text: str) -> bool:
    """Return whether ``text`` may be a token at all."""
    return _TOKEN.fullmatch(text) is not None


def token_hash(token: str) -> str:
    """Return what is kept of a token: no salt is needed for what nobody can guess."""
    return hashlib.sha256(token.encode()).hexdigest()
