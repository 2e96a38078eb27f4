"""What must hold before anything about accounts may be ordered; each check says what does not.

Whoever asks for a password asks these first, so that nobody types one for nothing.
"""

import unicodedata

from logger.accounts.book import AccountBook
from logger.accounts.model import ROLES, AccountRecord, is_account_id
from logger.errors import CommandRefused

_NAME_CHARACTERS = 100


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


def check_own_or_permitted(by: str, found: AccountRecord, book: AccountBook) -> None:
    """Raise CommandRefused unless ``by`` is that account itself, or may administer."""
    if by != found.id:
        check_permitted(by, book)


def known_role(role: str) -> str:
    """Return ``role``; CommandRefused if it is none."""
    if role not in ROLES:
        raise CommandRefused(f"{role!r} is no role", f"Use one of: {', '.join(ROLES)}")
    return role


def clean_name(text: str, mend: str = "Give the name that signatures shall show") -> str:
    """Return a name without needless blanks; CommandRefused if it is none."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name:
        raise CommandRefused("the name is empty", mend)
    if len(name) > _NAME_CHARACTERS or not name.isprintable():
        raise CommandRefused(
            "this is no name",
            f"Use up to {_NAME_CHARACTERS} characters that can be printed",
        )
    return name
