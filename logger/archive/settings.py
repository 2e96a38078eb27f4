"""What a clinic may set of the archive; ``logger.settings`` embeds it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ArchiveSettings(BaseModel):
    """``settle_s`` is how long a start, or the end of a session, is left alone before sealing.

    ``niceness`` is that of the child which seals, beyond the recorder's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    settle_s: Annotated[float, Field(ge=0)] = 10.0
    niceness: Annotated[int, Field(ge=0, le=19)] = 19
