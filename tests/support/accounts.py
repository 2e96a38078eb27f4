"""Accounts in a data directory, with passwords that are cheap to check."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from logger.accounts.model import Account, Role
from logger.accounts.orders import (
    AddAccount,
    AnyAccountOrder,
    ChangePassword,
    CloseAccount,
    MakeToken,
)
from logger.accounts.passwords import HashCost, hash_password
from logger.accounts.signing_in import authenticate
from logger.accounts.store import AccountStore
from logger.accounts.tokens import make_token
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.service.account_orders import judged

CHEAP = HashCost(passes=1, memory_kib=64, lanes=1)
PASSWORD = "blue kettle on ice"
NOON_NS = 1_800_000_000_000_000_000
_NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class Accounts:
    """Gives orders as the command line does, with no recorder running."""

    data_dir: Path
    now_ns: int = NOON_NS

    def carry_out(self, order: AnyAccountOrder) -> Entry:
        """Append what ``order`` comes to."""
        with Journal.open(self.data_dir, HostClock()) as journal:
            (entry,) = journal.append([judged(self.data_dir, order, "uid:1000")])
        return entry

    def add(
        self, account: str, role: Role = "practitioner", password: str = PASSWORD, by: str = ""
    ) -> None:
        """Add an account, in the name of ``by``."""
        credential = self.credential(account, password)
        name = account.capitalize()
        order = AddAccount(account=account, name=name, role=role, credential=credential, by=by)
        self.carry_out(order)

    def set_password(self, account: str, password: str, by: str = "") -> None:
        """Set an account's password."""
        credential = self.credential(account, password)
        self.carry_out(ChangePassword(account=account, credential=credential, by=by))

    def close(self, account: str, by: str) -> None:
        """Close an account."""
        self.carry_out(CloseAccount(account=account, by=by))

    def token(
        self, account: str, role: Role, by: str | None = None, days: int = 90
    ) -> tuple[str, str]:
        """Make a token for an account, in its own name unless told; return its id and itself."""
        token_id, token = make_token(secrets.token_bytes)
        with AccountStore.open(self.data_dir) as store:
            store.add_token(token_id, token)
        order = MakeToken(
            account=account,
            token=token_id,
            name="a program",
            role=role,
            expires_unix_ns=self.now_ns + days * 86_400 * _NS_PER_S,
            by=account if by is None else by,
        )
        self.carry_out(order)
        return token_id, token

    def credential(self, account: str, password: str, cost: HashCost = CHEAP) -> str:
        """Keep a password's hash; return its number."""
        with AccountStore.open(self.data_dir) as store:
            return store.add_credential(account, hash_password(password, cost))

    def sign_in(self, account: str, password: str = PASSWORD, cost: HashCost = CHEAP) -> Account:
        """Return the account, as :func:`authenticate` does."""
        return authenticate(
            self.data_dir, account, password, cost=cost, now_unix_ns=lambda: self.now_ns
        )

    def later(self, seconds: float) -> None:
        """Let time pass; a negative one sets the clock back."""
        self.now_ns += round(seconds * _NS_PER_S)

    def hash_of(self, account: str) -> str | None:
        """Return the hash that counts for an account."""
        with JournalReader(self.data_dir) as reader, AccountStore.open(self.data_dir) as store:
            record = store.catch_up(reader).find(account)
            return store.stored_hash(record) if record is not None else None
