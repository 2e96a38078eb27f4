"""Capture files: what is written is read again, whatever happened to the end of the file."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.capture import CaptureHeader, CaptureWriter, Chunk, read_chunks, read_header
from drivers.errors import ConfigError

CHUNKS = [
    Chunk(0, b"\x02\x02\x01\x00"),
    Chunk(9_999_999, bytes(range(256))),
    Chunk(3_600_000_000_000, b"$PNPT,1\r\n"),
]


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "pen.capture"
    with open_writer(path) as writer:
        for chunk in CHUNKS:
            writer.write(chunk)
    return path


def test_every_chunk_is_read_again(capture: Path) -> None:
    assert list(read_chunks(capture)) == CHUNKS


def test_the_header_tells_where_and_when(capture: Path) -> None:
    assert read_header(capture) == CaptureHeader(
        needlelog_capture=1,
        port="/dev/ttyUSB0",
        baud_rate=115_200,
        started_utc="2026-03-01T09:30:00Z",
    )


def test_each_line_is_json_for_a_person_to_read(capture: Path) -> None:
    lines = [json.loads(line) for line in capture.read_text().splitlines()]
    assert lines[1] == {"t_ns": 0, "hex": "02020100"}


def test_a_file_cut_at_any_byte_gives_every_whole_chunk(capture: Path, tmp_path: Path) -> None:
    whole = capture.read_bytes()
    ends = [index for index, byte in enumerate(whole) if byte == ord("\n")]
    cut = tmp_path / "cut.capture"
    for number, (start, end) in enumerate(pairwise(ends)):
        for length in range(start + 1, end):
            cut.write_bytes(whole[:length])
            assert list(read_chunks(cut)) == CHUNKS[:number]


def test_a_last_line_that_lacks_only_its_end_is_whole(capture: Path) -> None:
    capture.write_bytes(capture.read_bytes().removesuffix(b"\n"))
    assert list(read_chunks(capture)) == CHUNKS


def test_zeros_that_a_power_cut_left_behind_end_it(capture: Path) -> None:
    with capture.open("ab") as file:
        file.write(bytes(512))
    assert list(read_chunks(capture)) == CHUNKS


def test_a_chunk_is_in_the_file_before_the_writer_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "pen.capture"
    with open_writer(path) as writer:
        writer.write(CHUNKS[0])
        assert list(read_chunks(path)) == CHUNKS[:1]


def test_a_bad_line_in_the_middle_is_named(capture: Path) -> None:
    lines = capture.read_text().splitlines(keepends=True)
    capture.write_text("".join([*lines[:2], '{"t_ns":5,"hex":"0"}\n', *lines[2:]]))
    with pytest.raises(ConfigError, match="is no line of a capture") as caught:
        list(read_chunks(capture))
    assert caught.value.place == f"{capture}:3"


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"{}\n", b'{"t_ns":1,"hex":""}\n', b"[1]"])
def test_another_file_is_no_capture(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="is no capture"):
        list(read_chunks(path))


def test_a_capture_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "later"
    path.write_text('{"needlelog_capture":2}\n')
    with pytest.raises(ConfigError, match="version 2"):
        read_header(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_header(tmp_path / "none")


def test_a_capture_is_never_overwritten(capture: Path) -> None:
    with pytest.raises(ConfigError, match="exists already"):
        open_writer(capture)
    assert list(read_chunks(capture)) == CHUNKS


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        open_writer(tmp_path / "none" / "pen.capture")


def open_writer(path: Path) -> CaptureWriter:
    return CaptureWriter(
        path, port="/dev/ttyUSB0", baud_rate=115_200, started_utc="2026-03-01T09:30:00Z"
    )
