"""What a clinic may set about how long data is kept; ``logger.settings`` embeds it."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ERASURES = "erasures"

Days = Annotated[int, Field(ge=0, le=36_500)]


class RetentionSettings(BaseModel):
    """What may go after how many days, for each kind of data that the record can spare; 0 is never.

    ``payloads_days`` is how long after their sealing samples leave the journal; they are in
    their sealed files then. ``quarantine_days`` is how long items lie in quarantine that a
    receiver refused, ``damaged_days`` how long a damaged file is kept after all that it told
    was recovered. ``erasures_dir`` is where records of erasures are
    kept; None is ``erasures`` in the data directory.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    payloads_days: Days = 30
    quarantine_days: Days = 0
    damaged_days: Days = 0
    erasures_dir: Path | None = None

    def records_in(self, data_dir: Path) -> Path:
        """Return the directory of the records."""
        return self.erasures_dir or data_dir / ERASURES
