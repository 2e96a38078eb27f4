"""A period as two fields of an address: from a time on, to before another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from logger.archive.report.audit_reading import Period
from logger.errors import ConfigError
from logger.review.words import Words
from logger.session.asked_times import since_unix_ns, until_unix_ns

DAYS = 30
_TEXT_MAX = 40


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """What was written, and the period that it means; None where ``problems`` say what is wrong.

    ``problems`` are texts by the name of the field, ``since`` or ``until``.
    """

    since: str
    until: str
    period: Period | None
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The part of an address that asks for the same."""
        return urlencode({"since": self.since, "until": self.until})


def asked_period(query: Mapping[str, str], now_unix_ns: int, words: Words) -> AskedPeriod:
    """Return what an address asks for; of a field that is not there, the last 30 days.

    A date means that whole day in the clinic's zone.
    """
    today = words.local(now_unix_ns).date()
    since = query.get("since", "").strip()[:_TEXT_MAX] or f"{today - timedelta(days=DAYS - 1)}"
    until = query.get("until", "").strip()[:_TEXT_MAX] or f"{today}"
    problems: dict[str, str] = {}
    ends: dict[str, int] = {}
    for name, text, read in (("since", since, since_unix_ns), ("until", until, until_unix_ns)):
        try:
            ends[name] = read(name, text) or 0
        except ConfigError:
            problems[name] = words.say("no_time")
    if not problems and ends["since"] >= ends["until"]:
        problems["until"] = words.say("ends_early")
    period = None if problems else Period(ends["since"], ends["until"])
    return AskedPeriod(since, until, period, problems)
