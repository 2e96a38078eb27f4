"""Carries an order to the running recorder; without one, whoever calls holds the journal itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from logger.command_socket import send_order
from logger.errors import NotRunning
from logger.journal.files import JOURNAL_FILE
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock


def sent_or_alone(
    data_dir: Path, order: str, arguments: dict[str, Any], alone: Callable[[Journal], Any]
) -> Any:
    """Return what the recorder did, or what ``alone`` did with the journal.

    CommandRefused with the reason; NotRunning where there is not even a journal.
    """
    try:
        return send_order(data_dir, order, arguments)
    except NotRunning:
        if not (data_dir / JOURNAL_FILE).exists():
            raise
    with Journal.open(data_dir, HostClock()) as journal:
        return alone(journal)
