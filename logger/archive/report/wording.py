"""The words of one language, and how it writes numbers and times."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from logger.archive.report.zones import Range
from logger.errors import ConfigError
from logger.session.model import Spread

LANGUAGES = ("en", "de")
NOTHING = "–"
"""Stands where there is no value."""


@cache
def texts(language: str) -> Mapping[str, Any]:
    """Return the texts of ``language``; ConfigError where there are none."""
    if language not in LANGUAGES:
        raise ConfigError(
            f"language {language!r}", "there are no texts in it", f"Use {' or '.join(LANGUAGES)}"
        )
    place = files(__package__)
    return {
        key: value
        for name in (f"{language}.toml", f"names_{language}.toml")
        for key, value in tomllib.loads(place.joinpath(name).read_text("utf-8")).items()
    }


class Wording:
    """Words, numbers and times of a report; times are local to ``zone``, the machine's for None."""

    def __init__(self, language: str, zone: tzinfo | None = None) -> None:
        self.texts = texts(language)
        self._zone = zone

    def word(self, key: str, **values: object) -> str:
        """Return the text of that key with ``values`` filled in."""
        text: str = self.texts["words"][key]
        return text.format(**values) if values else text

    def name(self, table: str, value: str) -> str:
        """Return how ``value`` is called, itself where no name is known for it."""
        names: Mapping[str, str] = self.texts[table]
        return names.get(value, value) or NOTHING

    def site(self, side: str, zone: str) -> str:
        """Return a side and zone in words."""
        return f"{self.name('sides', side)} · {self.name('zones', zone)}"

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number with so many digits behind the point."""
        if value is None:
            return NOTHING
        text = f"{value:,.{digits}f}".replace(",", "\0").replace(".", self.texts["decimal"])
        return text.replace("\0", self.texts["thousands"]).replace("-", self.texts["minus"])

    def percent(self, share: float | None) -> str:
        """Return a share in percent, never rounded up to a whole that it is not."""
        if share is None:
            return self.word("unknown")
        hundredths = 10_000 if share == 1 else min(round(share * 10_000), 9_999)
        return self.number(hundredths / 100, 2) + " %"

    def span(self, seconds: float | None) -> str:
        """Return a length of time as ``m:ss``, with tenths below a minute."""
        if seconds is None:
            return NOTHING
        if seconds < 60:
            return self.number(seconds, 1) + " s"
        return clock_face(seconds)

    def spread(self, spread: Spread | Range | None, digits: int) -> str:
        """Return the mean, and below it the lowest and the highest value."""
        if spread is None:
            return NOTHING
        low, high = self.number(spread.minimum, digits), self.number(spread.maximum, digits)
        return f"{self.number(spread.mean, digits)}\n{low}–{high}"

    def percentiles(self, spread: Spread | None, digits: int) -> str:
        """Return the 5th, 50th and 95th percentile."""
        if spread is None:
            return NOTHING
        parts = (spread.p05, spread.p50, spread.p95)
        return " – ".join(self.number(one, digits) for one in parts)

    def moment(self, unix_ns: int | None) -> str:
        """Return date, local time and its offset."""
        if unix_ns is None:
            return NOTHING
        local = self.local(unix_ns)
        return local.strftime(f"{self.texts['date']} {self.texts['time']} ") + _offset(local)

    def date(self, iso: str) -> str:
        """Return a date given as ``YYYY-MM-DD``, itself if it is none."""
        try:
            return datetime.fromisoformat(iso).strftime(self.texts["date"])
        except ValueError:
            return iso or NOTHING

    def time(self, unix_ns: int | None) -> str:
        """Return the local time alone."""
        return NOTHING if unix_ns is None else self.local(unix_ns).strftime(self.texts["time"])

    def local(self, unix_ns: int) -> datetime:
        """Return local time."""
        return datetime.fromtimestamp(unix_ns // 1_000_000_000, UTC).astimezone(self._zone)


def clock_face(seconds: float) -> str:
    """Return ``m:ss`` or ``h:mm:ss``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def _offset(local: datetime) -> str:
    text = local.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
