"""The recorder, the pens that it knows, and the accounts."""

import msgspec
from starlette.responses import Response

from drivers.model import Pen
from logger.accounts.model import Role
from logger.accounts.store import read_accounts
from logger.journal import kinds
from logger.journal.kinds import PenIdentified
from logger.journal.reader import JournalReader
from logger.review.api.call import Caller, answer
from logger.status import Status


class PenKnown(msgspec.Struct, frozen=True, kw_only=True):
    """A pen as it presented itself last, and when and as which entry it did."""

    pen: Pen
    identified_unix_ns: int
    position: int


class PensKnown(msgspec.Struct, frozen=True, kw_only=True):
    """All pens of the journal, by serial number; the status tells which are linked."""

    pens: list[PenKnown]


class TokenTold(msgspec.Struct, frozen=True, kw_only=True):
    """A token, by the id under which it can be revoked."""

    id: str
    name: str
    role: Role
    expires_unix_ns: int
    revoked: bool


class AccountTold(msgspec.Struct, frozen=True, kw_only=True):
    """An account with its tokens, in the order in which they were made."""

    id: str
    name: str
    role: Role
    closed: bool
    tokens: list[TokenTold]


class AccountsTold(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts, closed ones too, by id."""

    accounts: list[AccountTold]


def get_status(caller: Caller) -> Response:
    """Tell how the recorder is doing."""
    return answer(msgspec.convert(caller.console.order("status", {}), Status))


def list_pens(caller: Caller) -> Response:
    """List all pens that were ever linked."""
    found: dict[str, PenKnown] = {}
    with JournalReader(caller.console.data_dir) as reader:
        for entry in reader.entries(kinds=("pen.identified",)):
            told = None if entry.payload is None else kinds.decode(entry.kind, entry.payload)
            if isinstance(told, PenIdentified):
                found[entry.stream] = PenKnown(
                    pen=told.pen, identified_unix_ns=entry.time_ns, position=entry.position
                )
    return answer(PensKnown(pens=[found[serial] for serial in sorted(found)]))


def list_accounts(caller: Caller) -> Response:
    """List all accounts with their tokens."""
    with JournalReader(caller.console.data_dir) as reader:
        book = read_accounts(caller.console.data_dir, reader)
    told = [
        AccountTold(
            id=one.id,
            name=one.name,
            role=one.role,
            closed=one.closed,
            tokens=[
                msgspec.convert(token, TokenTold, from_attributes=True)
                for token in book.tokens
                if token.account == one.id
            ],
        )
        for one in book
    ]
    return answer(AccountsTold(accounts=told))
