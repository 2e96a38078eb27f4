"""Carries the archive's orders to the running recorder; without one, to the journal itself."""

from pathlib import Path
from typing import Any

from logger.archive.retention.orders import ERASE, ERASE_AGAIN
from logger.archive.retention.orders import ORDERS as RETENTION_ORDERS
from logger.archive.seal_rules import MAKE_SEAL
from logger.archive.signing import Order
from logger.cli.ordering import actor
from logger.command_socket import send_order
from logger.errors import NotRunning
from logger.journal.files import JOURNAL_FILE
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.service.retention_orders import carry_out_alone
from logger.service.sealing_orders import judged_seal
from logger.service.signing_orders import judged_drafts, outcome
from logger.session.store import open_sessions


def ordering(data_dir: Path) -> Order:
    """Return what carries out an order; NotRunning where there is not even a journal."""

    def carry_out(order: str, arguments: dict[str, Any]) -> Any:
        try:
            return send_order(data_dir, order, arguments)
        except NotRunning:
            if not (data_dir / JOURNAL_FILE).exists():
                raise
        return _alone(data_dir, order, arguments)

    return carry_out


def _alone(data_dir: Path, order: str, arguments: dict[str, Any]) -> Any:
    with Journal.open(data_dir, HostClock()) as journal:
        if order in RETENTION_ORDERS:
            done = carry_out_alone(journal, data_dir, order, arguments, actor())
            if order in (ERASE, ERASE_AGAIN):
                # What was erased leaves the list of sessions at once.
                open_sessions(data_dir, journal.append)[0].close()
            return done
        if order == MAKE_SEAL:
            drafts = [judged_seal(data_dir, arguments, actor())]
        else:
            drafts = judged_drafts(data_dir, order, arguments, actor())
        return outcome(journal.append(drafts) if drafts else [])
