"""Programs that call the console's API."""

import httpx

from logger.accounts.model import Role
from tests.support.accounts import Accounts
from tests.support.consoled import ADDRESS, Consoled


def program_of(consoled: Consoled, account: str, role: Role) -> httpx.AsyncClient:
    """Return a program that shows a new token of that account and role."""
    _, token = Accounts(consoled.data_dir).token(account, role)
    transport = httpx.ASGITransport(app=consoled.app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=transport, base_url=f"{ADDRESS}/api/v1", headers=headers)
