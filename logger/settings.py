"""Settings: flag over environment over file over default.

The file is TOML (``config/needlelog.toml`` is the annotated example), the environment
``NEEDLELOG_<SECTION>__<KEY>``, a flag ``--set section.key=value``. A secret may stand in
a file of its own, named by the same key with ``_file`` behind it.
"""

import hashlib
import json
import os
import tomllib
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

from logger.errors import ConfigError
from logger.recorder.settings import AUTO, DiskSettings, PenSettings, RecordingSettings
from logger.sinks.settings import InfluxSettings, MqttSettings

ENV_PREFIX = "NEEDLELOG_"
_NOT_SETTINGS = ("NEEDLELOG_CONFIG", "NEEDLELOG_TEST_")
_SECRETS = ("password", "token")
_PATHS = (
    *("data_dir", "profiles_dir", "plans_file", "ca_file", "cert_file", "key_file"),
    *(f"{secret}_file" for secret in _SECRETS),
)


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

    site: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = "site"
    data_dir: Path = Path("needlelog-data")
    profiles_dir: Path | None = None
    plans_file: Path | None = None
    pens: tuple[PenSettings, ...] = (PenSettings(),)
    recording: RecordingSettings = RecordingSettings()
    disk: DiskSettings = DiskSettings()
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
    if path is None and environ.get("NEEDLELOG_CONFIG"):
        path = Path(environ["NEEDLELOG_CONFIG"])
    sources = [
        ("flag --set", _from_flags(flags or {})),
        ("environment", _from_environment(environ)),
        (str(path), _from_file(path) if path else {}),
    ]
    merged: dict[str, Any] = {}
    for name, values in reversed(sources):
        _merge(merged, _with_secret_files(name, values))
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise _explain(error, sources) from None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise ConfigError(str(path), error.strerror or str(error), "Name a readable file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(str(path), f"no valid TOML: {error}", "Mend that line") from None
    return _relative_to(path, values)


def _relative_to(file: Path, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return ``values`` with every path taken as relative to the directory of ``file``."""
    result = dict(values)
    for key, value in values.items():
        if isinstance(value, Mapping):
            result[key] = _relative_to(file, value, f"{prefix}{key}.")
        elif key in _PATHS and isinstance(value, str):
            if "\0" in value:
                raise ConfigError(f"{file}: {prefix}{key}", "no path holds a NUL", "Correct it")
            result[key] = str(file.parent / value)
    return result


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


def _from_flags(flags: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for dotted, text in flags.items():
        *sections, key = dotted.split(".")
        inner = values
        for section in sections:
            inner = inner.setdefault(section, {})
            if not isinstance(inner, dict):
                raise ConfigError(
                    f"flag --set {dotted}", f"{section} has a value already", "Give one of the two"
                )
        inner[key] = _value_of(dotted, text)
    return values


def _value_of(dotted: str, text: str) -> Any:
    """Return lists and tables, which a flag gives as JSON, as such; all else as text."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConfigError(f"flag --set {dotted}", f"no valid JSON: {error}", "Mend it") from None


def _merge(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        elif isinstance(value, Mapping):
            base[key] = {}
            _merge(base[key], value)
        else:
            base[key] = value


def _with_secret_files(source: str, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the values of one source, each secret that stands in a file of its own read."""
    result = dict(values)
    for key, value in values.items():
        secret = key.removesuffix("_file")
        if isinstance(value, Mapping):
            result[key] = _with_secret_files(source, value, f"{prefix}{key}.")
        elif key != secret and secret in _SECRETS:
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
