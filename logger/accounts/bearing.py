"""Whether the one who shows a token may go on, and as whom."""

from dataclasses import dataclass
from pathlib import Path

from logger.accounts.model import Account, Role
from logger.accounts.store import read_accounts, read_token_id
from logger.accounts.tokens import is_token
from logger.journal.reader import JournalReader


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program with the token of this id and ``role``, which acts for ``account``."""

    account: Account
    token: str
    role: Role

    def is_of(self, roles: frozenset[Role]) -> bool:
        """Return whether both token and account may do what these ``roles`` may."""
        return self.role in roles and self.account.role in roles


def bearer_of(data_dir: Path, token: str, now_unix_ns: int) -> Bearer | None:
    """Return who shows ``token``; None for one that is none, is revoked, or has ended."""
    token_id = read_token_id(data_dir, token) if is_token(token) else None
    if token_id is None:
        return None
    with JournalReader(data_dir) as reader:
        book = read_accounts(data_dir, reader)
    told = book.tokens.find(token_id)
    if told is None or told.revoked or told.expires_unix_ns <= now_unix_ns:
        return None
    record = book.find(told.account)
    if record is None or record.closed:
        return None
    return Bearer(record.account, told.id, told.role)
