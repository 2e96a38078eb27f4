"""Who may sign and administer: accounts, their roles and passwords.

What an account is stands in the journal; only passwords stand in ``accounts.db``.
"""

from logger.accounts.model import Account, Role
from logger.accounts.signing_in import authenticate

__all__ = ["Account", "Role", "authenticate"]
