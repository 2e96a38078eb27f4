import csv
import io
from datetime import timedelta, timezone
from math import inf, nan

import numpy as np

from logger.archive.exports.many_texts import number_texts, plain, row_bytes, time_texts
from logger.archive.exports.times import local_around, local_text, utc_around, utc_text

_S = 1_000_000_000


def test_many_times_are_written_as_one_by_one() -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    times = [-1, 0, 1, _S - 1, _S, 1_800_000_000 * _S + 7, 2, 1_001_001]
    utc, local = time_texts(np.array(times), utc_around, local_around(zone))
    assert plain(utc) == [utc_text(one) for one in times]
    assert plain(local) == [local_text(one, zone) for one in times]
    assert plain(local)[0] == "1969-12-31T20:29:59.999999999-03:30"


def test_a_second_is_asked_for_once_with_the_first_row_in_it() -> None:
    asked = []

    def around(second: int, row: int) -> tuple[str, str]:
        asked.append((second, row))
        return "", ""

    time_texts(np.array([5 * _S, 5 * _S + 1, 6 * _S, 6 * _S, 5 * _S]), around)
    assert asked == [(5, 0), (6, 2), (5, 4)]


def test_decimals_read_back_as_the_same() -> None:
    numbers = [0.1, 1.478, 1e22, 5e-324, 100.0, -2.5, 0.1 + 0.2]
    assert plain(number_texts(np.array(numbers))) == [repr(one) for one in numbers]


def test_of_two_zeros_one_text_is_written_and_nothing_for_what_is_no_number() -> None:
    for zeros in ([0.0, -0.0], [-0.0, 0.0]):
        assert plain(number_texts(np.array([*zeros, nan, inf]))) == ["0.0", "0.0", "", "inf"]


def test_integers_and_yes_and_no_are_digits() -> None:
    for numbers in ([-(2**63), 0, 2**63 - 1], [2**63 - 1, 0, 9, 10, 999, 1000], [0], [12_345]):
        assert plain(number_texts(np.array(numbers))) == [str(one) for one in numbers]
    assert plain(number_texts(np.array([True, False]))) == ["1", "0"]


def test_the_bytes_of_texts_are_those_of_each_row() -> None:
    text = row_bytes(["é,".encode(), np.array([b"a", b"", b"ccc"]), b"", b"\r\n"])
    found = csv.reader(io.StringIO(text.decode(), newline=""))
    assert list(found) == [["é", "a"], ["é", ""], ["é", "ccc"]]
