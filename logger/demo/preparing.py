"""Makes a demo directory ready, in a process of its own: its archive once, and its accounts.

The archive's libraries are large; the demo, which runs on, need not hold them.
"""

import secrets
import shutil
import sys
from datetime import datetime
from pathlib import Path

from logger.accounts.passwords import DEFAULT_COST, HashCost
from logger.accounts.store import read_accounts
from logger.demo.accounts import add_accounts, draw_password, is_fresh
from logger.demo.archive import make_archive
from logger.errors import NeedlelogError
from logger.journal.files import make_data_directory, sync_directory
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.service.account_orders import judged
from logger.session.store import open_sessions

_ACTOR = "demo"


def prepare(data_dir: Path, seed: int, cost: HashCost = DEFAULT_COST) -> None:
    """Make archive and accounts in a new ``data_dir``; else only accounts, if there are none.

    Nothing half made is ever found there: a new directory appears with its last step.
    """
    if not is_fresh(data_dir):
        _add_missing_accounts(data_dir, cost)
        return
    making = data_dir.with_name(f"{data_dir.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    make_data_directory(making)
    password = draw_password(making, secrets.token_bytes)
    make_archive(making, datetime.now().astimezone(), password, seed, cost=cost)
    making.replace(data_dir)
    sync_directory(data_dir.parent)


def _add_missing_accounts(data_dir: Path, cost: HashCost) -> None:
    with Journal.open(data_dir, HostClock()) as journal:
        open_sessions(data_dir, journal.append)[0].close()
        with JournalReader(data_dir) as reader:
            if any(True for _ in read_accounts(data_dir, reader)):
                return
        password = draw_password(data_dir, secrets.token_bytes)
        add_accounts(
            data_dir,
            password,
            lambda order: journal.append([judged(data_dir, order, _ACTOR)]),
            cost,
        )


if __name__ == "__main__":
    try:
        prepare(Path(sys.argv[1]), int(sys.argv[2]))
    except (NeedlelogError, OSError) as error:
        sys.exit(str(error))
