"""The demo's accounts: a password drawn for each demo directory, and shown at its start."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from logger.accounts.credentials import keep_password
from logger.accounts.model import Role
from logger.accounts.orders import AddAccount
from logger.accounts.passwords import DEFAULT_COST, HashCost
from logger.journal.files import make_private_file
from logger.review.set_up import SetUpCode
from logger.session.orders import By

PASSWORD_FILE = "sign-in.txt"  # noqa: S105 - the file's name


@dataclass(frozen=True, slots=True)
class DemoAccount:
    id: str
    name: str
    role: Role

    @property
    def by(self) -> By:
        """Return how orders name whoever holds it."""
        return By(id=self.id, name=self.name, role=self.role)


AUDITOR = "demo-auditor"
ACCOUNTS = (
    DemoAccount("demo-admin", "Ada Demo", "administrator"),
    DemoAccount("demo-lee", "Lee Demo", "practitioner"),
    DemoAccount("demo-noor", "Noor Demo", "practitioner"),
    DemoAccount(AUDITOR, "Otto Demo", "auditor"),
)


def is_fresh(data_dir: Path) -> bool:
    """Return whether nothing was ever recorded in ``data_dir``."""
    return not data_dir.exists() or not any(data_dir.iterdir())


def draw_password(data_dir: Path, random_bytes: Callable[[int], bytes]) -> str:
    """Return the password of the demo in ``data_dir``, drawn and kept if there is none yet.

    Only the owner of the file may read it.
    """
    path = data_dir / PASSWORD_FILE
    if make_private_file(path):
        path.write_text(SetUpCode(random_bytes).text + "\n", encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def sign_in_lines(data_dir: Path, address: str) -> list[str]:
    """Return where the console is, and how to sign in."""
    lines = [f"Look at it in a browser: {address}"]
    path = data_dir / PASSWORD_FILE
    if not path.is_file():
        return [*lines, "Sign in with the accounts that this directory has"]
    width = max(len(one.id) for one in ACCOUNTS)
    lines += [f"  sign in as  {one.id:<{width}}  {one.role}" for one in ACCOUNTS]
    return [*lines, f"  password    {path.read_text(encoding='ascii').strip()}  (of all of them)"]


def add_accounts(
    data_dir: Path,
    password: str,
    order: Callable[[AddAccount], object],
    cost: HashCost = DEFAULT_COST,
) -> None:
    """Give the orders that make all accounts; the administrator comes first."""
    first = ACCOUNTS[0]
    for one in ACCOUNTS:
        credential = keep_password(data_dir, one.id, one.name, password, cost)
        by = "" if one is first else first.id
        order(
            AddAccount(account=one.id, name=one.name, role=one.role, credential=credential, by=by)
        )
