import csv
import io
from datetime import timedelta, timezone
from math import inf, nan

import numpy as np
import pyarrow as pa

from logger.archive.exports.many_texts import joined, number_texts, text_bytes, time_texts
from logger.archive.exports.times import local_around, local_text, utc_around, utc_text

_S = 1_000_000_000


def test_many_times_are_written_as_one_by_one() -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    times = [-1, 0, 1, _S - 1, _S, 1_800_000_000 * _S + 7, 2, 1_001_001]
    utc, local = time_texts(np.array(times), utc_around, local_around(zone))
    assert utc.to_pylist() == [utc_text(one) for one in times]
    assert local.to_pylist() == [local_text(one, zone) for one in times]
    assert local[0].as_py() == "1969-12-31T20:29:59.999999999-03:30"


def test_a_second_is_asked_for_once_with_the_first_row_in_it() -> None:
    asked = []

    def around(second: int, row: int) -> tuple[str, str]:
        asked.append((second, row))
        return "", ""

    time_texts(np.array([5 * _S, 5 * _S + 1, 6 * _S, 6 * _S, 5 * _S]), around)
    assert asked == [(5, 0), (6, 2), (5, 4)]


def test_decimals_read_back_as_the_same() -> None:
    numbers = [0.1, 1.478, 1e22, 5e-324, 100.0, -2.5, 0.1 + 0.2]
    texts = number_texts(np.array(numbers)).to_pylist()
    assert texts == [repr(one) for one in numbers]


def test_of_two_zeros_one_text_is_written_and_nothing_for_what_is_no_number() -> None:
    for zeros in ([0.0, -0.0], [-0.0, 0.0]):
        assert number_texts(np.array([*zeros, nan, inf])).to_pylist() == ["0.0", "0.0", "", "inf"]


def test_integers_and_yes_and_no_are_digits() -> None:
    assert number_texts(np.array([-(2**63), 0, 2**63 - 1])).to_pylist() == [
        "-9223372036854775808",
        "0",
        "9223372036854775807",
    ]
    assert number_texts(np.array([True, False])).to_pylist() == ["1", "0"]


def test_the_bytes_of_texts_are_those_of_each_row() -> None:
    rows = joined("é,", pa.array(["a", "", "ccc"]), "\r\n")
    found = csv.reader(io.StringIO(text_bytes(rows).decode(), newline=""))
    assert list(found) == [["é", "a"], ["é", ""], ["é", "ccc"]]
