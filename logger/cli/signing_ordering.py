"""Carries orders about keys and heads to the running recorder, or to the journal itself."""

from pathlib import Path
from typing import Any

from logger.archive.signing import Order
from logger.cli.alone import sent_or_alone
from logger.cli.ordering import actor
from logger.journal.writer import Journal
from logger.service.sealing_orders import carry_out_alone


def signing_order(data_dir: Path) -> Order:
    """Return what carries out such an order in ``data_dir``; CommandRefused with the reason."""

    def carry_out(order: str, arguments: dict[str, Any]) -> Any:
        def alone(journal: Journal) -> Any:
            return carry_out_alone(journal, data_dir, order, arguments, actor())

        return sent_or_alone(data_dir, order, arguments, alone)

    return carry_out
