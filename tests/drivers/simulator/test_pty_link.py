import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import ConfigError
from drivers.simulator.pty_link import PtyLink


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


@pytest.fixture
def link(tmp_path: Path) -> Iterator[PtyLink]:
    with PtyLink(tmp_path / "pen") as plugged:
        yield plugged


def test_bytes_pass_unchanged_both_ways(link: PtyLink) -> None:
    every_byte = bytes(range(256))
    reader = _open(link.path)
    assert link.write(every_byte) == 256
    assert os.read(reader, 1000) == every_byte
    os.write(reader, every_byte)
    assert link.read() == every_byte
    os.close(reader)


def test_reader_is_seen_to_come_and_go(link: PtyLink) -> None:
    assert not link.has_reader()
    reader = _open(link.path)
    assert link.has_reader()
    os.close(reader)
    assert not link.has_reader()


def test_next_reader_finds_nothing_stale(link: PtyLink) -> None:
    reader = _open(link.path)
    assert link.has_reader()
    link.write(b"old news")
    os.close(reader)
    assert not link.has_reader()
    reader = _open(link.path)
    with pytest.raises(BlockingIOError):
        os.read(reader, 100)
    os.close(reader)


def test_two_readers_leaving_one_by_one_keep_the_device(link: PtyLink) -> None:
    first, second = _open(link.path), _open(link.path)
    device = link.path.readlink()
    assert link.has_reader()
    os.close(first)
    assert link.has_reader()
    assert link.path.readlink() == device
    os.close(second)


def test_full_port_takes_no_more(link: PtyLink) -> None:
    reader = _open(link.path)
    # The kernel moves what was written on to the reader's side a little later.
    tries = (link.write(bytes(100_000)) for _ in range(1000))
    assert any(taken == 0 for taken in tries)
    os.close(reader)


def test_unplugging_takes_link_and_reader_away(link: PtyLink) -> None:
    reader = _open(link.path)
    link.unplug()
    assert not link.path.is_symlink()
    try:
        assert os.read(reader, 100) == b""
    except OSError as error:
        assert error.strerror == "Input/output error"
    os.close(reader)


def test_nothing_is_taken_while_unplugged(link: PtyLink) -> None:
    link.unplug()
    assert link.write(b"lost") == 0
    assert link.read() == b""
    assert not link.has_reader()


def test_replugging_brings_the_link_back(link: PtyLink) -> None:
    link.unplug()
    link.plug()
    reader = _open(link.path)
    link.write(b"again")
    assert os.read(reader, 100) == b"again"
    os.close(reader)


def test_a_link_left_by_a_killed_simulator_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "pen"
    path.symlink_to("/dev/pts/99999")
    with PtyLink(path):
        os.close(_open(path))
    assert not path.is_symlink()


def test_closing_leaves_another_simulators_link_alone(tmp_path: Path) -> None:
    path = tmp_path / "pen"
    with PtyLink(path), PtyLink(path) as second:
        pass
    assert not path.is_symlink()
    assert not second.plugged
    with PtyLink(path) as second, PtyLink(tmp_path / "other") as other:
        path.unlink()
        path.symlink_to(other.path.readlink())
        second.close()
        assert path.is_symlink()


def test_a_file_in_the_way_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("precious")
    with pytest.raises(ConfigError, match="exists and is no link"):
        PtyLink(path)
    assert path.read_text() == "precious"


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no directory"):
        PtyLink(tmp_path / "nowhere" / "pen")


def test_a_directory_that_takes_no_links_is_refused() -> None:
    with pytest.raises(ConfigError, match="cannot be made"):
        PtyLink(Path("/proc/needlelog-pen"))
