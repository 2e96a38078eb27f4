"""Names of pens in topics, paths and tags, for any name that a pen could send."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.escape import (
    escape_path,
    escape_tag,
    escape_topic,
    unescape_path,
    unescape_tag,
    unescape_topic,
)

NAMES = st.text(st.characters(), min_size=1, max_size=40)
UNPLEASANT = st.text(
    st.sampled_from("+#/$\0\n\r\t\\\"', =%.~-_aä\ud800\U0001f489"), min_size=1, max_size=12
)
ANY_NAME = NAMES | UNPLEASANT


@given(ANY_NAME)
def test_a_topic_level_means_nothing_to_a_broker(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.~%-]+", escape_topic(name))


@given(ANY_NAME)
def test_a_topic_level_can_be_turned_back(name: str) -> None:
    assert unescape_topic(escape_topic(name)) == name


@given(ANY_NAME)
def test_a_part_of_a_path_stays_in_its_folder_and_in_sight(name: str) -> None:
    part = escape_path(name)
    assert re.fullmatch(r"[A-Za-z0-9_~%-][A-Za-z0-9_.~%-]*", part)


@given(ANY_NAME)
def test_a_part_of_a_path_can_be_turned_back(name: str) -> None:
    assert unescape_path(escape_path(name)) == name


@given(ANY_NAME)
def test_a_tag_value_ends_where_line_protocol_ends_it(name: str) -> None:
    value = escape_tag(name)
    value.encode()
    assert value
    assert not re.search(r"[\x00-\x1f\x7f]", value)
    assert not re.search(r"(?<!\\)[,= ]", value)
    assert not re.search(r"\\(?![,= ])", value)


@given(ANY_NAME)
def test_a_tag_value_can_be_turned_back(name: str) -> None:
    assert unescape_tag(escape_tag(name)) == name


@given(ANY_NAME)
def test_a_tag_value_as_the_database_gives_it_back_can_be_turned_back(name: str) -> None:
    stored = re.sub(r"\\([,= ])", r"\1", escape_tag(name))
    assert unescape_tag(stored) == name


@given(ANY_NAME, ANY_NAME)
def test_two_names_never_become_one(one: str, other: str) -> None:
    for escape in (escape_topic, escape_path, escape_tag):
        assert (escape(one) == escape(other)) == (one == other)


@pytest.mark.parametrize("name", ["NP-000123", "SIM-000001", "a_b-C9"])
def test_ordinary_serial_numbers_stay_as_they_are(name: str) -> None:
    assert escape_topic(name) == escape_path(name) == escape_tag(name) == name


@pytest.mark.parametrize(
    ("name", "topic", "path", "tag"),
    [
        ("+/#", "%2B%2F%23", "%2B%2F%23", "+/#"),
        ("..", "..", "%2E.", ".."),
        ("Stift Ä1", "Stift%20%C3%841", "Stift%20%C3%841", r"Stift\ Ä1"),
        ("a,b=c", "a%2Cb%3Dc", "a%2Cb%3Dc", r"a\,b\=c"),
        ("a\nb\\", "a%0Ab%5C", "a%0Ab%5C", "a%0Ab%5C"),
        ("100%", "100%25", "100%25", "100%25"),
    ],
)
def test_unpleasant_names(name: str, topic: str, path: str, tag: str) -> None:
    assert (escape_topic(name), escape_path(name), escape_tag(name)) == (topic, path, tag)
