from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np

from logger.archive.exports.times import local_text, time_texts, utc_text

_S = 1_000_000_000


def test_times_have_nine_digits_before_and_after_1970() -> None:
    assert utc_text(1) == "1970-01-01T00:00:00.000000001Z"
    assert utc_text(-1) == "1969-12-31T23:59:59.999999999Z"


def test_many_times_are_written_as_one_by_one() -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    times = [-1, 0, 1, _S - 1, _S, 1_800_000_000 * _S + 7]
    utc, local = time_texts(np.array(times), zone)
    assert utc == [utc_text(one) for one in times]
    assert local == [local_text(one, zone) for one in times]
    assert local[0] == "1969-12-31T20:29:59.999999999-03:30"


def test_local_times_name_the_offset_of_their_own_moment() -> None:
    """The same quarter past two comes twice when summer time ends."""
    zone = ZoneInfo("Europe/Berlin")
    summer_ns = 1_792_887_300 * _S
    assert local_text(summer_ns, zone) == "2026-10-25T02:15:00.000000000+02:00"
    assert local_text(summer_ns + 3600 * _S, zone) == "2026-10-25T02:15:00.000000000+01:00"
