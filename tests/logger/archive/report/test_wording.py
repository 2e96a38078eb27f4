import re
from datetime import timedelta, timezone
from typing import get_args

import pytest

from logger.accounts.access import ACCESS_KINDS
from logger.archive.report.audit_reading import KEY_EVENTS
from logger.archive.report.wording import LANGUAGES, Wording, texts
from logger.errors import ConfigError
from logger.session.clinical import ENDPOINTS
from logger.session.legs import SIDES, ZONES
from logger.session.orders import INDICATIONS
from logger.session.record import ReviewState
from logger.session.summary import DeviationKind, State

EAST = timezone(timedelta(hours=5, minutes=30))


def _flat(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in texts(language).items():
        if isinstance(value, dict):
            found |= {f"{key}.{name}": text for name, text in value.items()}
        else:
            found[key] = value
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_with_the_same_blanks(language: str) -> None:
    english, other = _flat("en"), _flat(language)
    assert english.keys() == other.keys()
    for key, text in english.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", other[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("sides", SIDES),
        ("zones", ZONES),
        ("states", get_args(State)),
        ("review_states", get_args(ReviewState)),
        ("deviation_kinds", get_args(DeviationKind)),
        ("indications", INDICATIONS),
        ("endpoints", ENDPOINTS),
        ("events", (*KEY_EVENTS, *ACCESS_KINDS)),
    ],
)
def test_every_value_has_a_name(language: str, table: str, values: tuple[str, ...]) -> None:
    assert set(values) <= set(texts(language)[table])


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ConfigError, match="there are no texts in it"):
        Wording("fr")


def test_numbers_are_written_as_the_language_does() -> None:
    assert Wording("en").number(1234567.891, 2) == "1\u00a0234\u00a0567.89"
    assert Wording("de").number(-1234.5, 1) == "−1.234,5"
    assert Wording("de").number(None) == "–"


def test_a_share_is_never_rounded_up_to_a_whole() -> None:
    wording = Wording("en")
    assert wording.percent(1.0) == "100.00 %"
    assert wording.percent(0.999999) == "99.99 %"
    assert wording.percent(None) == "unknown"


def test_times_are_local_and_tell_their_offset() -> None:
    assert Wording("en", EAST).moment(0) == "1970-01-01 05:30:00 +05:30"
    assert Wording("de", EAST).moment(0) == "01.01.1970 05:30:00 +05:30"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (75.0, "1:15"), (3725.0, "1:02:05")]
)
def test_spans_are_short(seconds: float, text: str) -> None:
    assert Wording("en").span(seconds) == text
