"""The journal's entries about accounts, folded."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from logger.accounts.model import AccountRecord
from logger.accounts.tokens import TokenBook, TokenRecord
from logger.errors import JournalError
from logger.journal import kinds
from logger.journal.entry import Entry

ACCOUNT_KINDS: Final = tuple(kind for kind in kinds.KINDS if kind.startswith("account."))


class AccountBook:
    """All accounts there ever were, by id; the same entries give the same book.

    An account keeps the position of its last entry, so that entries may be folded twice,
    and older ones that come back with a recovered file change nothing that is newer. What is
    told of its tokens leaves its own position, by which sign-ins know a change, as it is.
    """

    def __init__(
        self, records: Iterable[AccountRecord] = (), tokens: Iterable[TokenRecord] = ()
    ) -> None:
        self._records = {one.id: one for one in records}
        self.tokens = TokenBook(tokens)

    def __iter__(self) -> Iterator[AccountRecord]:
        """Yield every account, closed ones too, by id."""
        return iter(sorted(self._records.values(), key=lambda one: one.id))

    def find(self, account: str) -> AccountRecord | None:
        """Return the account of that id, None if there never was one."""
        return self._records.get(account)

    def administrators(self) -> list[AccountRecord]:
        """Return the administrators that are not closed."""
        return [one for one in self if one.role == "administrator" and not one.closed]

    def apply(self, entry: Entry) -> None:
        """Fold an entry; one that is not about accounts changes nothing."""
        if entry.payload is None or entry.kind not in ACCOUNT_KINDS:
            return
        payload = kinds.decode(entry.kind, entry.payload)
        try:
            self._fold(payload, entry.position)
        except msgspec.ValidationError as error:
            raise JournalError(f"position {entry.position}: {error}") from error

    def _fold(self, payload: kinds.Payload, position: int) -> None:
        self.tokens.apply(payload, position)
        if isinstance(payload, kinds.TokenMade | kinds.TokenRevoked):
            return
        before = self._records.get(getattr(payload, "account", ""))
        if before is not None and before.position >= position:
            return
        after = _changed(before, payload, position)
        if after is not None:
            self._records[after.id] = after


def _changed(
    before: AccountRecord | None, payload: kinds.Payload, position: int
) -> AccountRecord | None:
    """Return the account after an entry; None where the one that added it is missing."""
    if isinstance(payload, kinds.AccountAdded):
        return msgspec.convert({**_fields(payload), "position": position}, AccountRecord)
    if before is None:
        return None
    changes: dict[str, object] = {"position": position}
    match payload:
        case kinds.AccountChanged(what="role"):
            changes["role"] = payload.now
        case kinds.AccountChanged(what="name"):
            changes["name"] = payload.now
        case kinds.AccountChanged(what="password"):
            changes["credential"] = payload.credential
        case kinds.AccountChanged(what="second_factor"):
            changes["second_factor"] = payload.credential
        case kinds.AccountClosed():
            changes |= {"closed": True, "second_factor": ""}
        case kinds.AccountReopened():
            changes |= {"closed": False, "credential": payload.credential}
    return msgspec.convert({**msgspec.structs.asdict(before), **changes}, AccountRecord)


def _fields(added: kinds.AccountAdded) -> Mapping[str, object]:
    return {
        "id": added.account,
        "name": added.name,
        "role": added.role,
        "credential": added.credential,
    }
