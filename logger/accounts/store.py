"""``accounts.db``: hashes of passwords and tokens, wrong passwords, accounts as last folded.

The journal tells what an account is; this file only remembers it, for a journal whose former
file was set aside. So a change of account is one commit of the journal: a hash lies
here before, and counts from the entry on that names it.
"""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

import apsw
import msgspec

from logger.accounts.accounts_file import (
    ACCOUNTS_FILE,
    open_for_reading,
    open_for_writing,
    statements,
    storage_errors,
    transaction,
    version_of,
)
from logger.accounts.book import ACCOUNT_KINDS, AccountBook
from logger.accounts.model import AccountRecord
from logger.accounts.throttle import MOST_FAILURES, still_to_wait_s
from logger.accounts.tokens import TokenRecord, token_hash
from logger.errors import SignInLocked
from logger.journal.reader import JournalReader

STRANGERS_KEPT = 1000
"""Of accounts that do not exist, so many are kept waiting."""


_WITH_TOKENS, _WITH_SECOND_FACTOR = 2, 3
"""The versions of the file from which on there are these; a reader may meet an older one."""
_Record = TypeVar("_Record", bound=msgspec.Struct)


class AccountStore:
    """Reads and writes ``accounts.db``; several processes may, each on one thread."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Open the store, making it if there is none.

        ConfigError where it cannot be used, with what to do.
        """
        path = data_dir / ACCOUNTS_FILE
        return cls(open_for_writing(path), path)

    def catch_up(self, reader: JournalReader) -> AccountBook:
        """Return all accounts, having noted what the journal says of them by now."""
        with self._transaction():
            last = reader.last_position()
            before = _remembered(self._connection, reader)
            book = _folded(before, reader)
            self._do("forget_accounts")
            for one in book:
                self._note(one, before.book.find(one.id))
            self._do("forget_tokens")
            for token in book.tokens:
                self._note_token(token, before.book.tokens.find(token.id))
            self._do("cover", (reader.id, last))
        return book

    def add_credential(self, account: str, stored: str) -> str:
        """Keep the hash of a password; returns by which number an entry may name it."""
        number = secrets.token_hex(8)
        with self._transaction():
            self._do("add_credential", (number, account, stored))
        return number

    def add_token(self, token_id: str, token: str) -> None:
        """Keep the hash of a token, so that an entry may name it by its id."""
        with self._transaction():
            self._do("add_token_hash", (token_hash(token), token_id))

    def stored_hash(self, record: AccountRecord) -> str | None:
        """Return the hash that counts for an account, None if it lies here no more."""
        with storage_errors(self._path):
            rows = self._do("hash", (record.credential,))
        return str(rows[0][0]) if rows else None

    def rehash(self, record: AccountRecord, stored: str) -> None:
        """Keep the same password under another hash."""
        with self._transaction():
            self._do("rehash", (stored, record.credential))

    def begin_attempt(self, account: str, now_unix_ns: int) -> None:
        """Count one attempt as failed, before it is made; :meth:`forgive` takes it back.

        So neither many attempts at once nor a killed process gets one for nothing.
        SignInLocked while the account must wait.
        """
        with self._transaction():
            rows = self._do("failures", (account,))
            failures, last_unix_ns = rows[0] if rows else (0, now_unix_ns)
            left_s = still_to_wait_s(failures, last_unix_ns, now_unix_ns)
            if left_s > 0 and last_unix_ns > now_unix_ns:
                # The clock was set back: wait by the clock as it is now.
                self._do("put_failures", (account, failures, now_unix_ns))
            refused = failures >= MOST_FAILURES or left_s > 0
            if not refused:
                self._do("put_failures", (account, failures + 1, now_unix_ns))
                self._do("drop_oldest_strangers", {"kept": STRANGERS_KEPT})
        if failures >= MOST_FAILURES:
            raise SignInLocked(
                f"{failures} wrong passwords in a row were given",
                "Have an administrator set a new one with `needlelog account password`",
            )
        if refused:
            raise SignInLocked(
                f"{failures} wrong passwords in a row were given",
                f"Try again in {left_s:.0f} s",
                left_s,
            )

    def forgive(self, account: str) -> None:
        """Forget an account's wrong passwords."""
        with self._transaction():
            self._do("forget_failures", (account,))

    def close(self) -> None:
        """Let go of the file; idempotent."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note(self, record: AccountRecord, before: AccountRecord | None) -> None:
        """Remember an account; a password that no longer counts is forgotten for good."""
        self._do("put_account", msgspec.structs.asdict(record))
        renewed = before is None or before.credential != record.credential
        if renewed:
            self._do("forget_failures", (record.id,))
        if record.closed and not (before is not None and before.closed):
            # Not again: a password with which it is to be reopened may lie here.
            self._do("drop_credentials_of", (record.id,))
        elif before is not None and renewed:
            self._do("drop_credential", (before.credential,))
        if before is not None and before.second_factor != record.second_factor:
            self._do("drop_second_factor", (before.second_factor,))
            self._do("drop_recovery_codes", (before.second_factor,))

    def _note_token(self, token: TokenRecord, before: TokenRecord | None) -> None:
        """Remember a token; the hash of one that is revoked is forgotten for good."""
        self._do("put_token", msgspec.structs.asdict(token))
        if token.revoked and not (before is not None and before.revoked):
            self._do("drop_token_hash", (token.id,))

    def _do(self, name: str, bindings: Any = None) -> list[Any]:
        return _rows(self._connection, name, bindings)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with storage_errors(self._path), transaction(self._connection):
            yield


class _Remembered(NamedTuple):
    """The accounts as last folded, and the position from which to go on."""

    book: AccountBook
    after: int


def read_accounts(data_dir: Path, reader: JournalReader) -> AccountBook:
    """Return all accounts as the journal has them now, changing nothing.

    ``accounts.db`` need not be there: it only saves reading the journal from its start.
    """
    path = data_dir / ACCOUNTS_FILE
    connection = open_for_reading(path)
    if connection is None:
        return _folded(_Remembered(AccountBook(), 0), reader)
    with closing(connection), storage_errors(path):
        return _folded(_remembered(connection, reader), reader)


def read_token_id(data_dir: Path, token: str) -> str | None:
    """Return the id of the token whose hash is kept, None if it is that of none."""
    path = data_dir / ACCOUNTS_FILE
    connection = open_for_reading(path)
    if connection is None:
        return None
    with closing(connection), storage_errors(path):
        if version_of(connection) < _WITH_TOKENS:
            return None
        rows = _rows(connection, "token_of_hash", (token_hash(token),))
    return str(rows[0][0]) if rows else None


def _remembered(connection: apsw.Connection, reader: JournalReader) -> _Remembered:
    """Return what was folded of this journal, or of a file that it succeeded.

    Nothing, if the journal has lost what was folded: a backup of it was put back. Where
    it succeeded another file, all is read again: something may have been recovered.
    """
    covered = _rows(connection, "covered")
    journal, position = covered[0] if covered else ("", 0)
    if journal == reader.id and position <= reader.last_position():
        after = position if reader.first_position == 1 else 0
    elif journal != reader.id and position < reader.first_position:
        after = 0
    else:
        return _Remembered(AccountBook(), 0)
    version = version_of(connection)
    accounts = "accounts" if version >= _WITH_SECOND_FACTOR else "former_accounts"
    records = _records(connection, accounts, AccountRecord)
    tokens = _records(connection, "tokens", TokenRecord) if version >= _WITH_TOKENS else []
    return _Remembered(AccountBook(records, tokens), after)


def _folded(remembered: _Remembered, reader: JournalReader) -> AccountBook:
    book = AccountBook(remembered.book, remembered.book.tokens)
    for entry in reader.entries(remembered.after, kinds=ACCOUNT_KINDS):
        book.apply(entry)
    return book


def _records(connection: apsw.Connection, name: str, record: type[_Record]) -> list[_Record]:
    names = record.__struct_fields__
    rows = [dict(zip(names, row, strict=True)) for row in _rows(connection, name)]
    return [msgspec.convert(row, record, strict=False) for row in rows]


def _rows(connection: apsw.Connection, name: str, bindings: Any = None) -> list[Any]:
    """Return all rows: a statement that is not read to its end would lock others out."""
    return connection.execute(statements()[name], bindings).fetchall()
