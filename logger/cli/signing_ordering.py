"""Carries orders about keys and heads to the running recorder, or to the journal itself."""

from pathlib import Path
from typing import Any

from logger.archive.signing import Order
from logger.cli.ordering import actor
from logger.command_socket import send_order
from logger.errors import NotRunning
from logger.journal.files import JOURNAL_FILE
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.service.sealing_orders import carry_out_alone


def signing_order(data_dir: Path) -> Order:
    """Return what carries out such an order in ``data_dir``; CommandRefused with the reason."""

    def carry_out(order: str, arguments: dict[str, Any]) -> Any:
        try:
            return send_order(data_dir, order, arguments)
        except NotRunning:
            if not (data_dir / JOURNAL_FILE).exists():
                raise
        with Journal.open(data_dir, HostClock()) as journal:
            return carry_out_alone(journal, data_dir, order, arguments, actor())

    return carry_out
