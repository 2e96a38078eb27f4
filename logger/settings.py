"""Settings: flag over environment over file over default.

The file is TOML (``config/needlelog.toml`` is the annotated example), the environment
``NEEDLELOG_<SECTION>__<KEY>``, a flag ``--set section.key=value``. A secret may stand in
a file of its own, named by the same key with ``_file`` behind it.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from logger.archive.retention.settings import RetentionSettings
from logger.archive.settings import ArchiveSettings
from logger.errors import ConfigError
from logger.recorder.settings import AUTO, DiskSettings, PenSettings, RecordingSettings
from logger.review.settings import ConsoleSettings
from logger.settings_sources import (
    DATA_DIR_DEFAULT,
    ENV_PREFIX,
    SECRETS,
    SITE_DEFAULT,
    SITE_PATTERN,
    from_file,
    from_flags,
    merge,
    settings_file,
)
from logger.sinks.settings import InfluxSettings, MqttSettings

_NOT_SETTINGS = ("NEEDLELOG_CONFIG", "NEEDLELOG_TEST_")


class LogSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(BaseSettings):
    """Everything a clinic may set. Frozen; unknown keys are refused."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
    )

    site: Annotated[str, Field(pattern=SITE_PATTERN)] = SITE_DEFAULT
    data_dir: Path = Path(DATA_DIR_DEFAULT)
    profiles_dir: Path | None = None
    plans_file: Path | None = None
    pens: tuple[PenSettings, ...] = (PenSettings(),)
    recording: RecordingSettings = RecordingSettings()
    disk: DiskSettings = DiskSettings()
    archive: ArchiveSettings = ArchiveSettings()
    retention: RetentionSettings = RetentionSettings()
    console: ConsoleSettings = ConsoleSettings()
    mqtt: MqttSettings | None = None
    influx: InfluxSettings | None = None
    log: LogSettings = LogSettings()

    @model_validator(mode="after")
    def _pens_are_distinct(self) -> Self:
        ports = [pen.port for pen in self.pens]
        for port in ports:
            if port != AUTO and ports.count(port) > 1:
                raise ValueError(f"two pens name the port {port!r}; give each its own")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave the merging to :func:`load_settings`, which knows where each value came from."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of the settings without their secrets."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def load_settings(
    path: Path | None = None,
    flags: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings from flags (``{"mqtt.host": "..."}``), environment and file.

    Without ``path`` the file named by ``NEEDLELOG_CONFIG`` is read, if any. Raises
    :class:`ConfigError` naming the source, the key and the mend.
    """
    environ = os.environ if environ is None else environ
    path = settings_file(path, environ)
    sources = [
        ("flag --set", from_flags(flags or {})),
        ("environment", _from_environment(environ)),
        (str(path), from_file(path) if path else {}),
    ]
    merged: dict[str, Any] = {}
    for name, values in reversed(sources):
        merge(merged, _with_secret_files(name, values))
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise _explain(error, sources) from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    mine = {k: v for k, v in environ.items() if k.startswith(ENV_PREFIX)}
    for name in mine:
        section = name.removeprefix(ENV_PREFIX).split("__")[0].lower()
        if section not in Settings.model_fields and not name.startswith(_NOT_SETTINGS):
            raise ConfigError(
                f"environment: {name}", "no such setting", "`needlelog config show` lists them"
            )
    source = EnvSettingsSource(Settings)
    source.env_vars = {k.lower(): v for k, v in mine.items()}
    try:
        return source()
    except ValueError as error:
        raise ConfigError("environment", str(error), "Give lists as JSON") from None


def _with_secret_files(source: str, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the values of one source, each secret that stands in a file of its own read."""
    result = dict(values)
    for key, value in values.items():
        secret = key.removesuffix("_file")
        if isinstance(value, Mapping):
            result[key] = _with_secret_files(source, value, f"{prefix}{key}.")
        elif key != secret and secret in SECRETS:
            place = f"{source}: {prefix}{key}"
            if secret in values:
                raise ConfigError(place, f"{secret} is given as well", "Give one of the two")
            del result[key]
            result[secret] = _read_secret(place, Path(str(value)))
    return result


def _read_secret(place: str, path: Path) -> SecretStr:
    try:
        return SecretStr(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            place, f"cannot read the secret: {error}", "Name a readable text file"
        ) from None


def _explain(error: ValidationError, sources: list[tuple[str, dict[str, Any]]]) -> ConfigError:
    first = error.errors(include_url=False, include_input=False)[0]
    dotted = ".".join(str(part) for part in first["loc"])
    mend = "Correct it; `config/needlelog.toml` explains every key"
    if first["type"] == "extra_forbidden":
        mend = "Remove it or mend its spelling; `needlelog config show` lists the keys"
    return ConfigError(
        f"{_source_of(first['loc'], sources)}: {dotted}".removesuffix(": "),
        first["msg"].removeprefix("Value error, "),
        mend,
    )


def _source_of(loc: tuple[int | str, ...], sources: list[tuple[str, dict[str, Any]]]) -> str:
    """Return who gave the value at ``loc``; for a missing one, who gave the table around it."""
    for known in range(len(loc), 0, -1):
        for name, values in sources:
            if _gives(values, loc[:known]):
                return name
    return "settings"


def _gives(values: Any, loc: tuple[int | str, ...]) -> bool:
    for part in loc:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
