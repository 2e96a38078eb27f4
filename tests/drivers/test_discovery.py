"""Listing ports. No USB here: pyserial's own ``ListPortInfo`` stands for what it would find."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from drivers.discovery import PortInfo, candidates, list_ports
from drivers.port import open_port
from drivers.port_holders import holders_of
from drivers.profile import Profile, find_profile
from drivers.profile.schema import UsbMatch
from tests.support.processes import holding_port
from tests.support.pty import PtyPen


def usb(**keys: object) -> UsbMatch:
    """Return the match as a profile's file gives it."""
    return UsbMatch.model_validate(keys)


@pytest.fixture
def profile() -> Profile:
    return profile_for("pen", usb(vid=0x1209, pid=0x4E50))


def test_a_port_on_usb_is_told_with_its_ids(profile: Profile, tmp_path: Path) -> None:
    ports = list_ports([profile], found(pen_port("/dev/ttyACM0")), tmp_path)
    assert ports == [
        PortInfo(
            device="/dev/ttyACM0",
            stable_path=None,
            vid=0x1209,
            pid=0x4E50,
            serial="NP-000123",
            description="Needling Pen",
            profiles=("pen",),
            held_by=(),
        )
    ]


def test_a_port_that_is_not_on_usb_fits_no_profile(profile: Profile, tmp_path: Path) -> None:
    (port,) = list_ports([profile], found(ListPortInfo("/dev/ttyS0")), tmp_path)
    assert (port.vid, port.profiles, port.description) == (None, (), "n/a")


def test_ports_are_ordered_by_their_numbers(tmp_path: Path) -> None:
    devices = ["/dev/ttyUSB10", "/dev/ttyACM1", "/dev/ttyUSB9", "/dev/ttyACM0"]
    ports = list_ports([], found(*map(ListPortInfo, devices)), tmp_path)
    assert [port.device for port in ports] == [
        "/dev/ttyACM0",
        "/dev/ttyACM1",
        "/dev/ttyUSB9",
        "/dev/ttyUSB10",
    ]


def test_the_link_by_id_is_the_path_to_write_into_the_settings(tmp_path: Path) -> None:
    link = tmp_path / "usb-Pen_NP-000123-if00"
    with PtyPen() as pen:
        link.symlink_to(pen.path)
        port, other = list_ports(
            [], found(ListPortInfo(pen.path), ListPortInfo("/dev/ttyZ0")), tmp_path
        )
    assert (port.stable_path, port.best_path) == (str(link), str(link))
    assert (other.stable_path, other.best_path) == (None, "/dev/ttyZ0")


def test_a_machine_without_ports_by_id_has_no_stable_paths(tmp_path: Path) -> None:
    (port,) = list_ports([], found(ListPortInfo("/dev/ttyS0")), tmp_path / "none")
    assert port.stable_path is None


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (usb(vid=0x1209), True),
        (usb(vid=0x1209, pid=0x4E50), True),
        (usb(vid=0x1209, pid=0x0001), False),
        (usb(vid=0x0403, pid=0x4E50), False),
        (usb(vid=0x1209, serial="NP-[0-9]{6}"), True),
        (usb(vid=0x1209, serial="NP-[0-9]{3}"), False),
        (usb(vid=0x1209, serial="XX.*"), False),
    ],
)
def test_a_profile_fits_by_all_that_it_names(match: UsbMatch, fits: bool, tmp_path: Path) -> None:
    comports = found(pen_port("/dev/ttyACM0"))
    (port,) = list_ports([profile_for("pen", match)], comports, tmp_path)
    assert port.profiles == (("pen",) if fits else ())


def test_a_port_without_serial_number_fits_no_serial_pattern(tmp_path: Path) -> None:
    comports = found(pen_port("/dev/ttyACM0", serial=None))
    profile = profile_for("pen", usb(vid=0x1209, serial="NP-.*"))
    assert candidates([profile], comports, tmp_path) == []


def test_every_profile_that_fits_is_named(profile: Profile, tmp_path: Path) -> None:
    other = profile_for("other", usb(vid=1), usb(vid=0x1209))
    (port,) = list_ports([profile, other], found(pen_port("/dev/ttyACM0")), tmp_path)
    assert port.profiles == ("pen", "other")


def test_auto_may_open_only_what_a_profile_names(profile: Profile, tmp_path: Path) -> None:
    comports = found(
        pen_port("/dev/ttyACM0"),
        pen_port("/dev/ttyACM1", vid=0x2341),
        ListPortInfo("/dev/ttyS0"),
    )
    ports = candidates([profile], comports, tmp_path)
    assert [port.device for port in ports] == ["/dev/ttyACM0"]


def test_listing_writes_nothing_and_leaves_the_port_free(profile: Profile, tmp_path: Path) -> None:
    with PtyPen() as pen:
        list_ports([profile], found(pen_port(pen.path)), tmp_path)
        assert pen.heard() == b""
        open_port(pen.path, profile).close()


def test_a_port_that_another_program_has_open_names_it(tmp_path: Path) -> None:
    with PtyPen() as pen, holding_port(pen.path) as pid:
        (port,) = list_ports([], found(ListPortInfo(pen.path)), tmp_path)
        assert port.held_by == (f"{comm(pid)} ({pid})",)


def test_what_this_process_has_open_is_not_held_by_another(
    profile: Profile, tmp_path: Path
) -> None:
    with PtyPen() as pen, open_port(pen.path, profile):
        (port,) = list_ports([], found(ListPortInfo(pen.path)), tmp_path)
        assert port.held_by == ()


def test_a_lock_tells_the_holder_whose_descriptors_nobody_may_see(tmp_path: Path) -> None:
    with PtyPen() as pen, holding_port(pen.path) as pid:
        # A machine where this account sees the locks and no one's descriptors.
        (tmp_path / "locks").symlink_to("/proc/locks")
        assert holders_of([pen.path], tmp_path) == {pen.path: {f"process ({pid})"}}


def test_an_open_without_lock_is_seen_by_its_descriptor() -> None:
    with (
        PtyPen() as pen,
        Path(pen.path).open("rb", buffering=0) as opened,
        subprocess.Popen(
            [sys.executable, "-c", "print(flush=True); input()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[opened.fileno()],
        ) as process,
    ):
        assert process.stdout is not None
        process.stdout.readline()
        assert any(str(process.pid) in holder for holder in holders_of([pen.path])[pen.path])
        process.communicate(b"\n")


def profile_for(name: str, *matches: UsbMatch) -> Profile:
    return dataclasses.replace(find_profile("npt"), name=name, usb=matches)


def pen_port(device: str, vid: int = 0x1209, serial: str | None = "NP-000123") -> ListPortInfo:
    port = ListPortInfo(device)
    port.vid, port.pid, port.serial_number = vid, 0x4E50, serial
    port.description = "Needling Pen"
    return port


def found(*ports: ListPortInfo) -> Callable[[], list[ListPortInfo]]:
    return lambda: list(ports)


def comm(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()
