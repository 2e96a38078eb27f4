"""The words of the console in one language; what the reports say too comes from theirs."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from logger.archive.report.wording import LANGUAGES, NOTHING, Wording

__all__ = ["LANGUAGES", "LocalTime", "Words"]

_NS_PER_S = 1_000_000_000


class LocalTime(str):
    """A local time as text; ``utc`` is the same moment in ISO 8601, for whoever wants it."""

    utc: str

    def __new__(cls, text: str, unix_ns: int) -> "LocalTime":
        """``unix_ns`` is the moment that ``text`` tells."""
        made = super().__new__(cls, text)
        moment = datetime.fromtimestamp(unix_ns // _NS_PER_S, UTC)
        made.utc = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        return made


class Words(Wording):
    """Words of the console beside those of the reports; times know their UTC."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language
        self._console = _texts(language)

    def say(self, key: str, **values: object) -> str:
        """Return the console's text of that key with ``values`` filled in."""
        text = self._console["words"][key]
        return text.format(**values) if values else text

    def word(self, key: str, **values: object) -> str:
        """Return a word of the reports, where the screen needs no other."""
        instead = self._console["report"].get(key)
        return super().word(key, **values) if instead is None else instead.format(**values)

    def moment(self, unix_ns: int | None) -> str:
        """Return date, local time and its offset."""
        text = super().moment(unix_ns)
        return text if unix_ns is None else LocalTime(text, unix_ns)

    def time(self, unix_ns: int | None) -> str:
        """Return the local time alone."""
        text = super().time(unix_ns)
        return text if unix_ns is None else LocalTime(text, unix_ns)

    def day_and_minute(self, unix_ns: int | None) -> str:
        """Return date and local time for a list."""
        if unix_ns is None:
            return NOTHING
        return LocalTime(self.local(unix_ns).strftime(f"{self.texts['date']} %H:%M"), unix_ns)


@cache
def _texts(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the texts of a language by table, gathered from all its files."""
    gathered: dict[str, dict[str, str]] = {}
    for file in files(__package__).joinpath(language).iterdir():
        for table, texts in tomllib.loads(file.read_text("utf-8")).items():
            gathered.setdefault(table, {}).update(texts)
    return gathered
