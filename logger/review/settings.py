"""What a clinic may set of the console; ``logger.settings`` embeds it."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Language = Literal["en", "de"]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$")]


class ConsoleSettings(BaseModel):
    """Where the console listens, and how long a sign-in lasts.

    ``cert_file`` (with the chain) and ``key_file`` are PEM; with ``tls = "own"`` it makes its
    own, also for ``names`` beside those of the host. Without either it listens on loopback
    only. ``language`` is that of whoever has chosen none. Port 0 is any free one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8480
    cert_file: Path | None = None
    key_file: Path | None = None
    tls: Literal["files", "own"] | None = None
    names: tuple[HostName, ...] = ()
    idle_timeout_s: Annotated[float, Field(ge=60, le=86_400)] = 900.0
    absolute_timeout_s: Annotated[float, Field(ge=60, le=86_400)] = 36_000.0
    language: Language = "en"

    @property
    def is_secure(self) -> bool:
        """Whether it speaks TLS."""
        return self.cert_file is not None or self.tls == "own"

    @model_validator(mode="after")
    def _listens_safely(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together; give both or neither")
        if self.tls is not None and (self.tls == "files") != (self.cert_file is not None):
            raise ValueError(
                'tls = "files" needs cert_file and key_file, and tls = "own" excludes them'
            )
        if not self.is_secure and not _is_loopback(self.host):
            raise ValueError(
                f"without TLS the console listens on loopback only, and {self.host} is none; "
                'give cert_file and key_file, or host 127.0.0.1, or tls = "own"'
            )
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
