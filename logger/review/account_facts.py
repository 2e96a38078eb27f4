"""What the journal and ``accounts.db`` tell of accounts."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from logger.accounts.locks import FOR_GOOD, read_locks
from logger.accounts.model import AccountRecord
from logger.accounts.store import read_accounts
from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.review.console import Console
from logger.review.words import Words

SIGN_IN_KINDS = ("access.signed_in", "access.failed", "access.signed_out")
SHOWN_MAX = 50
ADDED = ("account.added",)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in the list; times UTC in ns, None where the journal does not tell.

    ``wait_s`` is how long it is kept waiting, 0 if it is not, None until it is unlocked.
    """

    record: AccountRecord
    since_unix_ns: int | None
    last_unix_ns: int | None
    wait_s: float | None

    def state(self, words: Words) -> str:
        """Return it in words."""
        if self.record.closed:
            return words.say("closed")
        if self.wait_s is None:
            return words.say("locked_out")
        if self.wait_s:
            return words.say("waits", time=words.span(self.wait_s))
        return words.say("open_account")


@dataclass(frozen=True, slots=True)
class SignInLine:
    """Something that happened at the sign-in page."""

    at_unix_ns: int
    event: str
    detail: str


def account_lines(console: Console, account: str | None = None) -> list[AccountLine]:
    """Return all accounts, closed ones last; or one alone, without its last sign-in."""
    told = ADDED if account else (*ADDED, "access.signed_in")
    locks = read_locks(console.data_dir, console.outside.now_unix_ns())
    with JournalReader(console.data_dir) as reader:
        book = read_accounts(console.data_dir, reader)
        since, last = _times(reader, told)
    lines = [
        AccountLine(one, since.get(one.id), last.get(one.id), _wait_s(locks.get(one.id, 0.0)))
        for one in book
        if account in (None, one.id)
    ]
    return sorted(lines, key=lambda line: line.record.closed)


def account_record(data_dir: Path, account: str) -> AccountRecord | None:
    """Return an account as the journal has it now, None if there never was one."""
    with JournalReader(data_dir) as reader:
        return read_accounts(data_dir, reader).find(account)


def sign_ins_of(data_dir: Path, account: str) -> list[SignInLine]:
    """Return the last sign-ins of an account, failed ones too, newest first."""
    # Looked for in the bytes: to decode years of sign-ins takes longer than a page may.
    named = f'"account":"{account}"'.encode()
    with JournalReader(data_dir) as reader:
        entries = reader.entries(kinds=SIGN_IN_KINDS, page=5000)
        last = deque((one for one in entries if named in (one.payload or b"")), SHOWN_MAX)
    return [_line(one.kind, kinds.decode(one.kind, one.payload or b"")) for one in reversed(last)]


def _times(
    reader: JournalReader, wanted: Sequence[str]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return by account when it was added, and when it last signed in."""
    since: dict[str, int] = {}
    last: dict[str, int] = {}
    for entry in reader.entries(kinds=wanted, page=5000):
        told = kinds.decode(entry.kind, entry.payload or b"{}")
        match told:
            case kinds.AccountAdded():
                since[told.account] = entry.time_ns
            case kinds.SignedIn():
                last[told.account] = told.at_unix_ns
    return since, last


def _wait_s(left_s: float) -> float | None:
    return None if left_s == FOR_GOOD else left_s


def _line(kind: str, told: kinds.Payload) -> SignInLine:
    """Return a line; ``event`` and ``detail`` are keys of the words."""
    event = kind.removeprefix("access.")
    match told:
        case kinds.SignedIn(second_factor=str(proof)) if proof:
            return SignInLine(told.at_unix_ns, event, f"proof_{proof}")
        case kinds.SignedOut():
            return SignInLine(told.at_unix_ns, event, f"cause_{told.cause}")
    return SignInLine(getattr(told, "at_unix_ns", 0), event, "")
