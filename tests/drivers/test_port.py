"""Opening ports and what refuses to open; ``test_port_*`` test reading."""

import fcntl
import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.errors import ConfigError, LinkLost
from drivers.port import open_url
from drivers.profile.schema import PortSettings
from tests.support.ports import read_exactly
from tests.support.processes import as_nobody, holding_port
from tests.support.pty import PtyPen

SETTINGS = PortSettings()
SHARED = PortSettings(exclusive=False)


async def test_a_device_gives_the_bytes_of_the_pen() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        pen.say(bytes(range(256)))
        assert await read_exactly(port, 256) == bytes(range(256))


async def test_a_link_to_a_device_opens_the_device(tmp_path: Path) -> None:
    with PtyPen() as pen:
        link = tmp_path / "usb-Pen_NP-000123-if00"
        link.symlink_to(pen.path)
        with open_url(str(link), SETTINGS) as port:
            pen.say(b"pen")
            assert await read_exactly(port, 3) == b"pen"


def test_what_lay_in_the_buffer_before_opening_is_dropped() -> None:
    with PtyPen() as pen:
        pen.say(b"stale")
        with open_url(pen.path, SHARED), second_descriptor(pen.path) as fd:
            unread = fcntl.ioctl(fd, termios.FIONREAD, bytes(4))
        assert int.from_bytes(unread, sys.byteorder) == 0


@pytest.mark.parametrize(
    "settings",
    [
        PortSettings(baud_rate=250_000),
        PortSettings(baud_rate=123_456),
        PortSettings(byte_size=7, parity="E", stop_bits=2),
        PortSettings(dtr=False, rts=False),
        PortSettings(dtr=True, rts=True),
    ],
)
async def test_a_pty_takes_any_settings(settings: PortSettings) -> None:
    with PtyPen() as pen, open_url(pen.path, settings) as port:
        pen.say(b"x")
        assert await port.read() == b"x"


def test_the_device_is_raw_eight_bits_at_the_baud_rate_of_the_profile() -> None:
    with PtyPen() as pen, open_url(pen.path, PortSettings(baud_rate=921_600, exclusive=False)):
        with second_descriptor(pen.path) as fd:
            iflag, oflag, cflag, lflag, ispeed, ospeed, _ = termios.tcgetattr(fd)
        assert (ispeed, ospeed) == (termios.B921600, termios.B921600)
        assert cflag & termios.CSIZE == termios.CS8
        assert not lflag & (termios.ICANON | termios.ECHO | termios.ISIG)
        assert not oflag & termios.OPOST
        assert not iflag & (termios.ICRNL | termios.IXON | termios.ISTRIP)


@pytest.mark.parametrize("hupcl", [True, False])
def test_hupcl_is_as_the_profile_says(hupcl: bool) -> None:
    with PtyPen() as pen, open_url(pen.path, PortSettings(hupcl=hupcl, exclusive=False)):
        with second_descriptor(pen.path) as fd:
            cflag = termios.tcgetattr(fd)[2]
        assert bool(cflag & termios.HUPCL) == hupcl


def test_a_second_open_in_the_same_process_is_refused() -> None:
    held = pytest.raises(LinkLost, match="another program holds the port")
    with PtyPen() as pen, open_url(pen.path, SETTINGS), held:
        open_url(pen.path, SETTINGS)


def test_a_port_held_by_another_process_is_refused() -> None:
    with PtyPen() as pen:
        with holding_port(pen.path), pytest.raises(LinkLost, match="another program holds"):
            open_url(pen.path, SETTINGS)
        open_url(pen.path, SETTINGS).close()


def test_a_program_that_ignores_locks_is_refused_by_the_kernel() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS):
        assert plain_open(pen.path) == "EBUSY"


def test_a_closed_port_can_be_opened_by_anyone() -> None:
    with PtyPen() as pen:
        open_url(pen.path, SETTINGS).close()
        assert plain_open(pen.path) == "opened"


def test_without_exclusive_others_may_open_too() -> None:
    with PtyPen() as pen, open_url(pen.path, SHARED), open_url(pen.path, SHARED):
        assert plain_open(pen.path) == "opened"


def test_opening_writes_nothing_to_the_pen() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS):
        assert pen.heard() == b""


def test_a_missing_device_can_be_tried_again() -> None:
    with pytest.raises(LinkLost, match="no such device"):
        open_url("/dev/ttyNOSUCH0", SETTINGS)


def test_no_rights_names_the_group() -> None:
    with PtyPen() as pen:
        Path(pen.path).chmod(0)
        refusal = as_nobody(
            "from drivers.errors import LinkLost\n"
            "from drivers.port import open_url\n"
            "from drivers.profile.schema import PortSettings",
            "try:\n"
            f"    open_url({pen.path!r}, PortSettings())\n"
            "except LinkLost as error:\n"
            "    print(error)",
        )
    assert refusal.startswith(f"{pen.path}: this account may not open the port. Add it to the gr")


@pytest.mark.parametrize("path", ["/dev/null", "/tmp", "/etc/passwd"])
def test_what_is_no_terminal_is_a_mistake_of_the_settings(path: str) -> None:
    with pytest.raises(ConfigError, match="is no serial port"):
        open_url(path, SETTINGS)


def test_a_fifo_neither_hangs_nor_opens(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(ConfigError, match="is no serial port"):
        open_url(str(fifo), SETTINGS)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("serial:///dev/ttyUSB0", "no kind of port is called serial://"),
        ("spy:///dev/ttyUSB0", "no kind of port is called spy://"),
        ("://", "no kind of port"),
        ("socket://", "host or port number is missing"),
        ("socket://pen.local", "host or port number is missing"),
        ("socket://pen.local:99999", "Port out of range"),
        ("rfc2217://pen.local:here", "Port could not be cast"),
        ("rfc2217://localhost:1?colour=red", "its options are not understood"),
        ("loop://?colour=red", "its options are not understood"),
    ],
)
def test_a_url_that_cannot_be_meant_is_a_mistake_of_the_settings(url: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        open_url(url, SETTINGS)
    assert caught.value.place == url
    assert caught.value.mend


@contextmanager
def second_descriptor(path: str) -> Iterator[int]:
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        yield fd
    finally:
        os.close(fd)


def plain_open(path: str) -> str:
    """Return "opened", or the name of the error that an ordinary program gets."""
    Path(path).chmod(0o666)
    return as_nobody(
        "import errno, os",
        "try:\n"
        f"    os.open({path!r}, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)\n"
        "    print('opened')\n"
        "except OSError as error:\n"
        "    print(errno.errorcode[error.errno])",
    )
