"""What a clinic may set of broker and database; ``logger.settings`` embeds it."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

Seconds = Annotated[float, Field(gt=0, le=3600)]
Topic = Annotated[str, Field(pattern=r"^[^/+#$\x00-\x1f][^+#\x00-\x1f]*[^/+#\x00-\x1f]$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TlsSettings(_Section):
    """TLS with the server checked; the system's authorities unless ``ca_file`` is given.

    ``cert_file`` and ``key_file`` (PEM) make the client known by a certificate.
    """

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together; give both or neither")
        return self


class MqttSettings(_Section):
    """A broker. ``base_topic`` is ``needlelog/<site>`` unless given.

    ``window`` bounds the messages that wait for the broker's acknowledgement.
    """

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    protocol: Literal["5", "3.1.1"] = "5"
    tls: TlsSettings | None = None
    username: str | None = None
    password: SecretStr | None = None
    client_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    base_topic: Topic | None = None
    timeout_s: Seconds = 10.0
    keepalive_s: Annotated[int, Field(ge=5, le=600)] = 20
    window: Annotated[int, Field(ge=1, le=1000)] = 20
    batch_messages: Annotated[int, Field(ge=1, le=1000)] = 100

    @model_validator(mode="after")
    def _password_has_its_user(self) -> Self:
        if self.password is not None and self.username is None:
            raise ValueError("a password needs a username; give both or neither")
        return self


class InfluxSettings(_Section):
    """An InfluxDB 2.x API. ``flush_interval_s`` is how long points are collected at most.

    A request holds at most ``batch_points`` points and ``batch_bytes`` bytes.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^/\s?#@]+(/[^\s?#]*)?$")]
    org: str = ""
    bucket: Annotated[str, Field(min_length=1)]
    token: SecretStr | None = None
    tls: TlsSettings | None = None
    timeout_s: Seconds = 10.0
    flush_interval_s: Annotated[float, Field(ge=0, le=60)] = 5.0
    batch_points: Annotated[int, Field(ge=1, le=50_000)] = 5000
    batch_bytes: Annotated[int, Field(ge=1000, le=1_000_000)] = 1_000_000
    gzip: bool = False
