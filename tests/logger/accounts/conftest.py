from pathlib import Path

import pytest

from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.accounts import Accounts


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """A data directory with the first administrator, ``boss``."""
    Journal.open(tmp_path, HostClock()).close()
    accounts = Accounts(tmp_path)
    accounts.add("boss", "administrator")
    return accounts
