"""What a clinic may set of pens and recording; ``logger.settings`` embeds it."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Seconds = Annotated[float, Field(gt=0)]
Bytes = Annotated[int, Field(ge=0)]
AUTO = "auto"
"""The port of a pen that is found by its USB ids."""
PORT_KINDS = ("socket", "rfc2217", "capture", "loop")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PenSettings(_Section):
    """One pen to record: where it is plugged in and how it speaks.

    ``port`` is a device path, ``socket://``, ``rfc2217://`` or ``auto``. ``name`` is the
    serial number of a pen that does not tell its own.
    """

    port: Annotated[str, Field(min_length=1)] = AUTO
    profile: str = "npt"
    name: str | None = Field(default=None, min_length=1, max_length=64)

    @field_validator("port")
    @classmethod
    def _known_kind(cls, port: str) -> str:
        kind, separator, _ = port.partition("://")
        if separator and kind not in PORT_KINDS:
            raise ValueError(
                f"no kind of port is called {kind}://; write a device path, "
                "socket://HOST:PORT, rfc2217://HOST:PORT or auto"
            )
        return port


class RecordingSettings(_Section):
    """Times of the recorder, in seconds."""

    commit_interval_s: Annotated[float, Field(ge=0.01, le=0.2)] = 0.2
    idle_commit_interval_s: Seconds = 2.0
    frame_timeout_s: Seconds = 2.0
    reconnect_min_s: Seconds = 0.25
    reconnect_max_s: Seconds = 2.0
    resume_within_s: Seconds = 600.0
    close_after_s: Seconds = 3600.0


class DiskSettings(_Section):
    """Room on the drive of the data directory, in bytes.

    A pen at 100 Hz takes about 12 MB an hour. Below ``warn_below_bytes`` there is a
    warning, below ``refuse_below_bytes`` no new session. ``reserve_bytes`` are held by a
    file and given to open sessions when nothing else is left; after that ``hold_bytes`` of
    memory keep what comes.
    """

    warn_below_bytes: Bytes = 2_000_000_000
    refuse_below_bytes: Bytes = 500_000_000
    reserve_bytes: Bytes = 32_000_000
    hold_bytes: Annotated[int, Field(ge=10_000)] = 16_000_000

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.warn_below_bytes < self.refuse_below_bytes:
            raise ValueError("warn_below_bytes is below refuse_below_bytes; warn first")
        return self
