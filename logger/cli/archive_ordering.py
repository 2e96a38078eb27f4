"""Carries the archive's orders to the running recorder; without one, to the journal itself."""

from pathlib import Path
from typing import Any

from logger.archive.retention.orders import ERASE, ERASE_AGAIN
from logger.archive.retention.orders import ORDERS as RETENTION_ORDERS
from logger.archive.signing import Order
from logger.cli.alone import sent_or_alone
from logger.cli.ordering import actor
from logger.journal.writer import Journal
from logger.service import retention_orders, sealing_orders
from logger.session.store import open_sessions


def ordering(data_dir: Path) -> Order:
    """Return what carries out an order; NotRunning where there is not even a journal."""

    def carry_out(order: str, arguments: dict[str, Any]) -> Any:
        def alone(journal: Journal) -> Any:
            return _alone(journal, data_dir, order, arguments)

        return sent_or_alone(data_dir, order, arguments, alone)

    return carry_out


def _alone(journal: Journal, data_dir: Path, order: str, arguments: dict[str, Any]) -> Any:
    if order in RETENTION_ORDERS:
        done = retention_orders.carry_out_alone(journal, data_dir, order, arguments, actor())
        if order in (ERASE, ERASE_AGAIN):
            # What was erased leaves the list of sessions at once.
            open_sessions(data_dir, journal.append)[0].close()
        return done
    return sealing_orders.carry_out_alone(journal, data_dir, order, arguments, actor())
