"""The rules of orders about accounts: the book and an order in, the payload to append out.

Nothing here reads a clock, a file or a random source, or sees a password. A refused order
raises CommandRefused with its reason and mend, and appends nothing.
"""

import unicodedata

from logger.accounts.book import AccountBook
from logger.accounts.model import ROLES, AccountRecord, is_account_id
from logger.accounts.orders import (
    AddAccount,
    AnyAccountOrder,
    ChangePassword,
    ChangeRole,
    CloseAccount,
    MakeToken,
    Rename,
    ReopenAccount,
    RevokeToken,
    SwitchSecondFactor,
    UnlockAccount,
)
from logger.accounts.tokens import GRANTED
from logger.errors import CommandRefused
from logger.journal.kinds import (
    AccountAdded,
    AccountChanged,
    AccountClosed,
    AccountReopened,
    Payload,
    TokenMade,
    TokenRevoked,
)

_NAME_CHARACTERS = 100


def decide(order: AnyAccountOrder, book: AccountBook, nonce: str) -> Payload:
    """Return what ``order`` appends; CommandRefused where it cannot be."""
    match order:
        case MakeToken():
            return _make_token(order, book, nonce)
        case RevokeToken():
            return _revoke_token(order, book)
        case SwitchSecondFactor():
            return _second_factor(order, book)
        case UnlockAccount():
            return _unlock(order, book)
    return _of_account(order, book, nonce)


def _of_account(
    order: AddAccount | ChangeRole | Rename | ChangePassword | CloseAccount | ReopenAccount,
    book: AccountBook,
    nonce: str,
) -> Payload:
    match order:
        case AddAccount():
            return _add(order, book, nonce)
        case ChangeRole():
            return _role(order, book)
        case Rename():
            return _rename(order, book, nonce)
        case ChangePassword():
            return _password(order, book)
        case CloseAccount():
            return _close(order, book)
        case ReopenAccount():
            return _reopen(order, book)


def check_permitted(by: str, book: AccountBook) -> None:
    """Raise CommandRefused unless ``by`` may administer; before there is anyone, all may."""
    administrators = book.administrators()
    if administrators and all(one.id != by for one in administrators):
        who = f"account {by} is no administrator" if by else "an administrator must sign in"
        raise CommandRefused(who, "Name an administrator with --by")


def open_account(account: str, book: AccountBook) -> AccountRecord:
    """Return the account; CommandRefused if there is none of that id, or it is closed."""
    found = book.find(account)
    if found is None:
        raise CommandRefused(f"there is no account {account}", "See `needlelog account list`")
    if found.closed:
        raise CommandRefused(f"account {account} is closed", "Reopen it, or add another one")
    return found


def closed_account(account: str, book: AccountBook) -> AccountRecord:
    """Return the closed account; CommandRefused if there is none of that id, or it is open."""
    found = book.find(account)
    if found is None:
        raise CommandRefused(f"there is no account {account}", "See `needlelog account list`")
    if not found.closed:
        raise CommandRefused(f"account {account} is not closed", "Nothing was changed")
    return found


def check_new(account: str, book: AccountBook) -> None:
    """Raise CommandRefused unless ``account`` may be the id of a new one."""
    if not is_account_id(account):
        raise CommandRefused(
            f"{account!r} is no account id",
            "Use 2 to 32 of a-z, 0-9, '.', '_' and '-', beginning with a letter",
        )
    found = book.find(account)
    if found is not None:
        if found.closed:
            raise CommandRefused(
                f"account {account} was closed, and its id is given to nobody else",
                "Use another id, or reopen it for the same person",
            )
        raise CommandRefused(f"account {account} is there already", "Use another id")


def _add(order: AddAccount, book: AccountBook, nonce: str) -> Payload:
    check_permitted(order.by, book)
    check_new(order.account, book)
    role = _known_role(order.role)
    if not book.administrators() and role != "administrator":
        raise CommandRefused(
            "there is no administrator yet", "Add one first, with --role administrator"
        )
    return AccountAdded(
        account=order.account,
        name=_name(order.name),
        role=role,
        credential=order.credential,
        nonce=nonce,
        by=order.by,
    )


def _role(order: ChangeRole, book: AccountBook) -> Payload:
    check_permitted(order.by, book)
    found, role = open_account(order.account, book), _known_role(order.role)
    if found.role == role:
        raise CommandRefused(f"account {found.id} is {role} already", "Name another role")
    _refuse_last_administrator(found, book)
    return AccountChanged(account=found.id, what="role", former=found.role, now=role, by=order.by)


def _rename(order: Rename, book: AccountBook, nonce: str) -> Payload:
    """Signatures keep the name that they were given under."""
    check_permitted(order.by, book)
    found, name = open_account(order.account, book), _name(order.name)
    if found.name == name:
        raise CommandRefused(f"account {found.id} has that name already", "Give another name")
    return AccountChanged(
        account=found.id, what="name", former=found.name, now=name, by=order.by, nonce=nonce
    )


def _password(order: ChangePassword, book: AccountBook) -> Payload:
    """Anyone may change the own password; another's, an administrator.

    Nobody signed in where the machine's keeper sets it because nobody can: the entry's empty
    ``by`` tells.
    """
    found = open_account(order.account, book)
    if order.by not in ("", found.id):
        check_permitted(order.by, book)
    return AccountChanged(
        account=found.id, what="password", credential=order.credential, by=order.by
    )


def _second_factor(order: SwitchSecondFactor, book: AccountBook) -> Payload:
    """Whoever holds the account switches it on; an administrator may switch it off.

    So may, by an empty ``by``, the machine's keeper, as with a password.
    """
    found = open_account(order.account, book)
    if order.factor and order.by != found.id:
        raise CommandRefused(
            f"the second factor of account {found.id} is its holder's to switch on",
            f"Sign in as {found.id}",
        )
    if order.by not in ("", found.id):
        check_permitted(order.by, book)
    former, now = (("off", "on")[bool(one)] for one in (found.second_factor, order.factor))
    if former == now:
        raise CommandRefused(
            f"the second factor of account {found.id} is {now} already", "Nothing was changed"
        )
    return AccountChanged(
        account=found.id,
        what="second_factor",
        former=former,
        now=now,
        credential=order.factor,
        by=order.by,
    )


def _unlock(order: UnlockAccount, book: AccountBook) -> Payload:
    check_permitted(order.by, book)
    found = open_account(order.account, book)
    return AccountChanged(account=found.id, what="unlocked", by=order.by)


def _close(order: CloseAccount, book: AccountBook) -> Payload:
    check_permitted(order.by, book)
    found = open_account(order.account, book)
    _refuse_last_administrator(found, book)
    return AccountClosed(account=found.id, by=order.by)


def _reopen(order: ReopenAccount, book: AccountBook) -> Payload:
    check_permitted(order.by, book)
    found = closed_account(order.account, book)
    return AccountReopened(account=found.id, credential=order.credential, by=order.by)


def _make_token(order: MakeToken, book: AccountBook, nonce: str) -> Payload:
    """Anyone may have tokens for the own account; for another's, an administrator makes them."""
    found, role = open_account(order.account, book), _known_role(order.role)
    _check_own_or_permitted(order.by, found, book)
    if role not in GRANTED[found.role]:
        raise CommandRefused(
            f"account {found.id} is {found.role}, and its tokens may not be {role}",
            f"Use one of: {', '.join(GRANTED[found.role])}",
        )
    if book.tokens.find(order.token) is not None:
        raise CommandRefused(f"there is a token {order.token} already", "Make another one")
    return TokenMade(
        account=found.id,
        token=order.token,
        name=_name(order.name, "Say what the token is for"),
        role=role,
        expires_unix_ns=order.expires_unix_ns,
        nonce=nonce,
        by=order.by,
    )


def _revoke_token(order: RevokeToken, book: AccountBook) -> Payload:
    found = book.tokens.find(order.token)
    if found is None or found.account != order.account:
        raise CommandRefused(
            f"account {order.account} has no token {order.token}",
            "See `needlelog account token list`",
        )
    if found.revoked:
        raise CommandRefused(f"token {found.id} is revoked already", "Nothing was changed")
    _check_own_or_permitted(order.by, open_account(found.account, book), book)
    return TokenRevoked(account=found.account, token=found.id, by=order.by)


def _check_own_or_permitted(by: str, found: AccountRecord, book: AccountBook) -> None:
    if by != found.id:
        check_permitted(by, book)


def _refuse_last_administrator(found: AccountRecord, book: AccountBook) -> None:
    if [one.id for one in book.administrators()] == [found.id]:
        raise CommandRefused(
            f"account {found.id} is the last administrator",
            "Make another account administrator first",
        )


def _known_role(role: str) -> str:
    if role not in ROLES:
        raise CommandRefused(f"{role!r} is no role", f"Use one of: {', '.join(ROLES)}")
    return role


def _name(text: str, mend: str = "Give the name that signatures shall show") -> str:
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name:
        raise CommandRefused("the name is empty", mend)
    if len(name) > _NAME_CHARACTERS or not name.isprintable():
        raise CommandRefused(
            "this is no name",
            f"Use up to {_NAME_CHARACTERS} characters that can be printed",
        )
    return name
