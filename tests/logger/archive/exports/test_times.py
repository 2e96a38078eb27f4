from zoneinfo import ZoneInfo

from logger.archive.exports.times import local_text, utc_text

_S = 1_000_000_000


def test_times_have_nine_digits_before_and_after_1970() -> None:
    assert utc_text(1) == "1970-01-01T00:00:00.000000001Z"
    assert utc_text(-1) == "1969-12-31T23:59:59.999999999Z"


def test_local_times_name_the_offset_of_their_own_moment() -> None:
    """The same quarter past two comes twice when summer time ends."""
    zone = ZoneInfo("Europe/Berlin")
    summer_ns = 1_792_887_300 * _S
    assert local_text(summer_ns, zone) == "2026-10-25T02:15:00.000000000+02:00"
    assert local_text(summer_ns + 3600 * _S, zone) == "2026-10-25T02:15:00.000000000+01:00"
