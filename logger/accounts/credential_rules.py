"""The rules of orders about what lets somebody in: passwords, second factors, locks and tokens.

As those of ``logger.accounts.rules``: the book and an order in, the payload to append out.
"""

from logger.accounts.book import AccountBook
from logger.accounts.checks import (
    check_own_or_permitted,
    check_permitted,
    clean_name,
    known_role,
    open_account,
)
from logger.accounts.orders import (
    ChangePassword,
    MakeToken,
    RevokeToken,
    SwitchSecondFactor,
    UnlockAccount,
)
from logger.accounts.tokens import GRANTED
from logger.errors import CommandRefused
from logger.journal.kinds import AccountChanged, Payload, TokenMade, TokenRevoked

CredentialOrder = ChangePassword | SwitchSecondFactor | UnlockAccount | MakeToken | RevokeToken
"""An order that leaves the account itself, its name and its role as they are."""


def decide_credential(order: CredentialOrder, book: AccountBook, nonce: str) -> Payload:
    """Return what ``order`` appends; CommandRefused where it cannot be."""
    match order:
        case ChangePassword():
            return _password(order, book)
        case SwitchSecondFactor():
            return _second_factor(order, book)
        case UnlockAccount():
            return _unlock(order, book)
        case MakeToken():
            return _make_token(order, book, nonce)
        case RevokeToken():
            return _revoke_token(order, book)


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


def _make_token(order: MakeToken, book: AccountBook, nonce: str) -> Payload:
    """Anyone may have tokens for the own account; for another's, an administrator makes them."""
    found, role = open_account(order.account, book), known_role(order.role)
    check_own_or_permitted(order.by, found, book)
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
        name=clean_name(order.name, "Say what the token is for"),
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
    check_own_or_permitted(order.by, open_account(found.account, book), book)
    return TokenRevoked(account=found.account, token=found.id, by=order.by)
