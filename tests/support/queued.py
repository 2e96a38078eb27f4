"""A journal with a backlog and with items in quarantine, for orders about queues."""

from pathlib import Path

from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.quarantine import Quarantined
from logger.journal.writer import Journal
from tests.support.stories import host_time

ENTRIES = 10
DELIVERED = 4
TOPIC = "needlelog/clinic/pen/SIM-1/event"
WORDS = "the broker refuses the message: Packet too large"
SMALL, LARGE = 10, 3000


def journal_with_queues(data_dir: Path) -> None:
    """Make a journal of ten entries, of which mqtt got four and influx all.

    Items 1, 2 and 3 of mqtt, the second of them large, and item 4 of influx lie in quarantine.
    """
    stopped = kinds.ServiceStopped(reason="told to stop")
    entry = Draft(kinds.kind_of(stopped), "", "service", kinds.encode(stopped))
    with Journal.open(data_dir, host_time) as journal:
        journal.append(
            [entry] * (ENTRIES - 1),
            {"mqtt": Cursor(DELIVERED, DELIVERED), "influx": Cursor(ENTRIES, ENTRIES)},
            [
                Quarantined("mqtt", 2, message(SMALL), WORDS),
                Quarantined("mqtt", 3, message(LARGE), WORDS),
                Quarantined("mqtt", 4, message(SMALL), WORDS),
                Quarantined("influx", 3, b"pen_event,pen=SIM-1 value=x 1", "unable to parse"),
            ],
        )


def message(size: int) -> bytes:
    """Return a quarantined message of about ``size`` bytes."""
    return TOPIC.encode() + b' {"text":"' + b"x" * size + b'"}'
