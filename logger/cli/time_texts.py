"""Times as people write and read them on the command line: local, unless they say otherwise."""

from datetime import UTC, datetime, timedelta

from logger.errors import ConfigError

_DATE_LENGTH = len("2026-05-04")


def time_text(unix_ns: int | None, unknown: str = "-") -> str:
    """Return a time as local date and time of day, ``unknown`` for None."""
    if unix_ns is None:
        return unknown
    local = datetime.fromtimestamp(unix_ns / 1e9, UTC).astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S")


def since_unix_ns(option: str, text: str | None) -> int | None:
    """Return when ``text`` begins, UTC in ns; ConfigError naming ``option`` if it is no time."""
    return None if text is None else _unix_ns(_moment(option, text))


def until_unix_ns(option: str, text: str | None) -> int | None:
    """Return the end of ``text``: of a date the end of that day, of a time itself."""
    if text is None:
        return None
    moment = _moment(option, text)
    return _unix_ns(moment + timedelta(days=1) if len(text.strip()) <= _DATE_LENGTH else moment)


def _moment(option: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(
            f"{option} {text}",
            "neither a date nor a time",
            "Write 2026-05-04, 2026-05-04T09:30 or 2026-05-04T09:30+02:00",
        ) from None


def _unix_ns(moment: datetime) -> int:
    """Return the time in ns, exact to the µs; one without zone is local."""
    utc = moment.astimezone(UTC)
    return (utc - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
