"""The rules of orders about accounts: the book and an order in, the payload to append out.

Nothing here reads a clock, a file or a random source, or sees a password. A refused order
raises CommandRefused with its reason and mend, and appends nothing.
"""

from logger.accounts.book import AccountBook
from logger.accounts.checks import (
    check_new,
    check_permitted,
    clean_name,
    closed_account,
    known_role,
    open_account,
)
from logger.accounts.credential_rules import CredentialOrder, decide_credential
from logger.accounts.model import AccountRecord
from logger.accounts.orders import (
    AddAccount,
    AnyAccountOrder,
    ChangeRole,
    CloseAccount,
    Rename,
    ReopenAccount,
)
from logger.errors import CommandRefused
from logger.journal.kinds import (
    AccountAdded,
    AccountChanged,
    AccountClosed,
    AccountReopened,
    Payload,
)


def decide(order: AnyAccountOrder, book: AccountBook, nonce: str) -> Payload:
    """Return what ``order`` appends; CommandRefused where it cannot be."""
    if isinstance(order, CredentialOrder):
        return decide_credential(order, book, nonce)
    match order:
        case AddAccount():
            return _add(order, book, nonce)
        case ChangeRole():
            return _role(order, book)
        case Rename():
            return _rename(order, book, nonce)
        case CloseAccount():
            return _close(order, book)
        case ReopenAccount():
            return _reopen(order, book)


def _add(order: AddAccount, book: AccountBook, nonce: str) -> Payload:
    check_permitted(order.by, book)
    check_new(order.account, book)
    role = known_role(order.role)
    if not book.administrators() and role != "administrator":
        raise CommandRefused(
            "there is no administrator yet", "Add one first, with --role administrator"
        )
    return AccountAdded(
        account=order.account,
        name=clean_name(order.name),
        role=role,
        credential=order.credential,
        nonce=nonce,
        by=order.by,
    )


def _role(order: ChangeRole, book: AccountBook) -> Payload:
    check_permitted(order.by, book)
    found, role = open_account(order.account, book), known_role(order.role)
    if found.role == role:
        raise CommandRefused(f"account {found.id} is {role} already", "Name another role")
    _refuse_last_administrator(found, book)
    return AccountChanged(account=found.id, what="role", former=found.role, now=role, by=order.by)


def _rename(order: Rename, book: AccountBook, nonce: str) -> Payload:
    """Signatures keep the name that they were given under."""
    check_permitted(order.by, book)
    found, name = open_account(order.account, book), clean_name(order.name)
    if found.name == name:
        raise CommandRefused(f"account {found.id} has that name already", "Give another name")
    return AccountChanged(
        account=found.id, what="name", former=found.name, now=name, by=order.by, nonce=nonce
    )


def _close(order: CloseAccount, book: AccountBook) -> Payload:
    check_permitted(order.by, book)
    found = open_account(order.account, book)
    _refuse_last_administrator(found, book)
    return AccountClosed(account=found.id, by=order.by)


def _reopen(order: ReopenAccount, book: AccountBook) -> Payload:
    check_permitted(order.by, book)
    found = closed_account(order.account, book)
    return AccountReopened(account=found.id, credential=order.credential, by=order.by)


def _refuse_last_administrator(found: AccountRecord, book: AccountBook) -> None:
    if [one.id for one in book.administrators()] == [found.id]:
        raise CommandRefused(
            f"account {found.id} is the last administrator",
            "Make another account administrator first",
        )
