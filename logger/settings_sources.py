"""Where settings are written: flags, the environment, a TOML file. Nothing is judged here.

Needs no pydantic, so that a command which only reads the record starts at once.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from logger.errors import ConfigError

ENV_PREFIX = "NEEDLELOG_"
DATA_DIR_DEFAULT = "needlelog-data"
SITE_DEFAULT = "site"
SITE_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"
SECRETS = ("password", "token")
_PATHS = (
    *("data_dir", "profiles_dir", "plans_file", "erasures_dir"),
    *("ca_file", "cert_file", "key_file"),
    *(f"{secret}_file" for secret in SECRETS),
)


def settings_file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the file that was named, on the command line or by ``NEEDLELOG_CONFIG``."""
    if path is None and environ.get("NEEDLELOG_CONFIG"):
        return Path(environ["NEEDLELOG_CONFIG"])
    return path


def data_dir_of(
    path: Path | None, flags: Mapping[str, str], environ: Mapping[str, str] | None = None
) -> Path | None:
    """Return where the journal lies; None where only all settings together can tell.

    Other keys of file and environment are not looked at: a mistake in them keeps nobody
    from reading what was recorded.
    """
    named = _alone("data_dir", DATA_DIR_DEFAULT, path, flags, environ)
    return Path(named) if isinstance(named, str) else None


def site_of(
    path: Path | None, flags: Mapping[str, str], environ: Mapping[str, str] | None = None
) -> str | None:
    """Return the site's name; None where only all settings together can tell or refuse it."""
    named = _alone("site", SITE_DEFAULT, path, flags, environ)
    return named if isinstance(named, str) and re.fullmatch(SITE_PATTERN, named) else None


def _alone(
    key: str,
    default: str,
    path: Path | None,
    flags: Mapping[str, str],
    environ: Mapping[str, str] | None,
) -> Any:
    """Return one key of the outermost table as it was written; None where that cannot be told."""
    environ = os.environ if environ is None else environ
    if flags.keys() - {"data_dir"}:
        return None
    named: Any = flags.get(key)
    if named is None:
        in_environment = {name.lower(): value for name, value in environ.items()}
        named = in_environment.get(f"{ENV_PREFIX}{key}".lower())
    file = settings_file(path, environ)
    in_file = from_file(file).get(key) if file else None
    if named is None:
        named = default if in_file is None else in_file
    return named


def from_file(path: Path) -> dict[str, Any]:
    """Return what the file says, paths relative to its directory; ConfigError if it is no TOML."""
    import tomllib  # noqa: PLC0415 - most calls have no file

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


def from_flags(flags: Mapping[str, str]) -> dict[str, Any]:
    """Return ``{"mqtt.host": "..."}`` as nested tables; ConfigError if two say the same."""
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


def merge(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    """Lay ``over`` upon ``base``, table by table."""
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            merge(base[key], value)
        elif isinstance(value, Mapping):
            base[key] = {}
            merge(base[key], value)
        else:
            base[key] = value
