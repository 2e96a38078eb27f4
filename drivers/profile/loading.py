"""Reads profile files; whatever is wrong in them becomes one ``ConfigError`` with its place."""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from drivers.errors import ConfigError
from drivers.profile.example_rules import check_example
from drivers.profile.profile import Profile, compile_profile
from drivers.profile.schema import ProfileFile

_FRAMINGS = ("cobs", "sync", "line")
_MENDS = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it, or mend its spelling; docs/profiles.md lists every key.",
    "union_tag_not_found": 'Add kind = "cobs", "sync" or "line".',
    "union_tag_invalid": 'Use kind = "cobs", "sync" or "line".',
}


def load_profile(path: Path) -> Profile:
    """Return the profile in the file ``path``; ``ConfigError`` at ``FILE: key.path`` if bad."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigError(
            str(path), f"The profile cannot be read: {error.strerror}", "Check path and rights."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), "The file is no UTF-8 text", "Save it as UTF-8.") from error
    return parse_profile(text, str(path))


def parse_profile(text: str, place: str) -> Profile:
    """Return the profile that ``text`` describes; ``place`` stands before each key in errors."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = found[1] if found and found[1] else text.count("\n") + 1
        problem = str(error)[: found.start()] if found else str(error)
        raise ConfigError(f"{place}:{line}", f"This is no TOML: {problem}", "Mend it.") from error
    try:
        profile = compile_profile(ProfileFile.model_validate(raw))
        for example in profile.examples:
            check_example(profile, example)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = f"{place}: {_key_path(first['loc'], raw)}"
        raise ConfigError(where, _problem(first), _mend(first)) from error
    except ConfigError as error:
        raise ConfigError(f"{place}: {error.place}", error.problem, error.mend) from error
    return profile


def _key_path(loc: tuple[int | str, ...], raw: object) -> str:
    """Return ``loc`` as a person wrote it: list items by name, without pydantic's tags."""
    if loc[:1] == ("framing",) and loc[1:2] and loc[1] in _FRAMINGS:
        loc = (loc[0], *loc[2:])
    path: list[str] = []
    for key in loc:
        item = _item(raw, key)
        if isinstance(key, int):
            names = item if isinstance(item, Mapping) else {}
            path.append(str(names.get("name") or names.get("fills") or f"#{key + 1}"))
        elif item is not None or key == loc[-1]:
            path.append(key)
        raw = item
    return ".".join(path)


def _item(raw: object, key: int | str) -> object:
    if isinstance(raw, Mapping):
        return raw.get(key)
    return raw[key] if isinstance(raw, list) and isinstance(key, int) else None


def _problem(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return "No such key here"
    if error["type"] == "missing":
        return "The key is missing"
    return error["msg"].rstrip(".")


def _mend(error: ErrorDetails) -> str:
    mend = error.get("ctx", {}).get("mend")
    if mend is not None:
        return str(mend)
    return _MENDS.get(error["type"], f"It is {error['input']!r} now.")


def shipped_profiles() -> dict[str, Path]:
    """Return the files of the profiles that come with the program, by name."""
    folder = Path(str(files("config").joinpath("pens")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find_profile(name_or_path: str) -> Profile:
    """Return the shipped profile of that name, or the one in the file of that path."""
    shipped = shipped_profiles()
    if name_or_path in shipped:
        return load_profile(shipped[name_or_path])
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.exists():
        return load_profile(path)
    raise ConfigError(
        "profile",
        f"No profile is called {name_or_path!r}",
        f"Use one of: {', '.join(shipped)}; or the path of a .toml file.",
    )
