"""A real journal that tells stories."""

from collections.abc import Iterable
from pathlib import Path

from logger.journal.entry import Draft, Entry
from logger.journal.writer import Journal
from tests.support.stories import Story, host_time


class Recorded:
    """Appends the entries of stories; nobody holds the journal in between.

    The journal's own first entry comes before them, so positions are one higher.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def tell(self, story: Story) -> list[Entry]:
        """Append all entries of ``story``; returns them as the journal has them."""
        return self.append(story.entries)

    def append(self, entries: Iterable[Entry]) -> list[Entry]:
        """Append copies of ``entries``; returns them as the journal has them."""
        drafts = [
            Draft(entry.kind, entry.stream, entry.actor, entry.payload or b"", entry.block)
            for entry in entries
        ]
        with Journal.open(self.data_dir, host_time) as journal:
            return journal.append(drafts)
