from datetime import datetime

import pytest

from logger.errors import ConfigError
from logger.session.asked_times import since_unix_ns, until_unix_ns

_S = 1_000_000_000


def _local(*parts: int) -> int:
    return round(datetime(*parts).timestamp()) * _S  # type: ignore[arg-type]  # noqa: DTZ001


def test_a_date_begins_at_local_midnight_and_ends_a_day_later() -> None:
    assert since_unix_ns("--since", "2026-05-04") == _local(2026, 5, 4)
    assert until_unix_ns("--until", "2026-05-04") == _local(2026, 5, 5)


def test_a_time_is_itself_with_or_without_zone() -> None:
    assert until_unix_ns("--until", "2026-05-04T09:30") == _local(2026, 5, 4, 9, 30)
    with_zone = since_unix_ns("--since", "2026-05-04T09:30:00.000001+02:00")
    assert with_zone == 1_777_879_800 * _S + 1000


def test_nothing_asks_for_nothing() -> None:
    assert (since_unix_ns("--since", None), until_unix_ns("--until", None)) == (None, None)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "12345"])
def test_what_is_no_time_is_refused_with_the_option(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--since .*neither a date nor a time"):
        since_unix_ns("--since", text)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "9999-12-31T23:59-12:00"])
def test_a_time_that_no_entry_can_have_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no session was or will be then"):
        until_unix_ns("--until", text)
