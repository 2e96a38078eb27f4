"""Times as people ask for them: local, unless they say otherwise."""

from datetime import UTC, datetime, timedelta

from logger.errors import ConfigError

_DATE_LENGTH = len("2026-05-04")
_REACH_NS = 2**63
_MEND = "Write 2026-05-04, 2026-05-04T09:30 or 2026-05-04T09:30+02:00"


def since_unix_ns(option: str, text: str | None) -> int | None:
    """Return when ``text`` begins, UTC in ns; ConfigError naming ``option`` if it is no time."""
    return None if text is None else _unix_ns(option, text, timedelta())


def until_unix_ns(option: str, text: str | None) -> int | None:
    """Return the end of ``text``: of a date the end of that day, of a time itself."""
    if text is None:
        return None
    is_date = len(text.strip()) <= _DATE_LENGTH
    return _unix_ns(option, text, timedelta(days=1) if is_date else timedelta())


def _unix_ns(option: str, text: str, later: timedelta) -> int:
    """Return the time and so much, in ns, exact to the µs; one without zone is local."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"{option} {text}", "neither a date nor a time", _MEND) from None
    try:
        since_1970 = (moment + later).astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    except (OverflowError, ValueError):
        raise _out_of_reach(option, text) from None
    unix_ns = since_1970 // timedelta(microseconds=1) * 1000
    if not -_REACH_NS <= unix_ns < _REACH_NS:
        raise _out_of_reach(option, text)
    return unix_ns


def _out_of_reach(option: str, text: str) -> ConfigError:
    return ConfigError(f"{option} {text}", "no session was or will be then", _MEND)
