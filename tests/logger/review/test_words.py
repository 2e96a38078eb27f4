"""The words of the console: in every language the same keys, each once, filled in alike."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from logger.review import words
from logger.review.words import LANGUAGES

_ROOT = Path(words.__file__).parent
_FILLED_IN = re.compile(r"{\w*}")
Texts = dict[tuple[str, str, str], str]


def _texts(language: str) -> Texts:
    """Return all texts by file, table and key."""
    return {
        (file.name, table, key): text
        for file in (_ROOT / language).iterdir()
        for table, texts in tomllib.loads(file.read_text("utf-8")).items()
        for key, text in texts.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_stands_in_one_file(language: str) -> None:
    often = Counter((table, key) for _, table, key in _texts(language))
    assert [key for key, count in often.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_keys_of_english(language: str) -> None:
    assert _texts(language).keys() == _texts("en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_filled_in_with_the_same(language: str) -> None:
    translated = _texts(language)
    for key, text in _texts("en").items():
        assert sorted(_FILLED_IN.findall(translated[key])) == sorted(_FILLED_IN.findall(text)), key
