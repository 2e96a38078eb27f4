"""What a clinic may set about how long data is kept; ``logger.settings`` embeds it."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ERASURES = "erasures"


class RetentionSettings(BaseModel):
    """``payloads_days`` is after how many days sealed samples leave the journal; 0 is never.

    They are in their sealed files then. ``erasures_dir`` is where records of erasures are
    kept; None is ``erasures`` in the data directory.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    payloads_days: Annotated[int, Field(ge=0, le=36_500)] = 30
    erasures_dir: Path | None = None

    def records_in(self, data_dir: Path) -> Path:
        """Return the directory of the records."""
        return self.erasures_dir or data_dir / ERASURES
