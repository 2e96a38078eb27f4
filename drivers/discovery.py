"""Which serial ports there are, and which of them the profiles know by their USB ids.

Nothing here opens a port. ``auto`` may only open what :func:`candidates` names, so that
no byte ever reaches a device that no profile describes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from serial.tools import list_ports as pyserial_ports

from drivers.port_holders import holders_of
from drivers.profile import Profile
from drivers.profile.schema import UsbMatch

BY_ID = Path("/dev/serial/by-id")


class FoundPort(Protocol):
    """What pyserial tells of a port; None where the port is not on USB."""

    device: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class PortInfo:
    """A port as ``needlelog ports`` shows it.

    ``stable_path`` is the link that stays right when devices renumber. ``profiles``
    names the profiles whose USB ids fit; ``held_by`` the other programs that have it
    open, as ``name (pid)``.
    """

    device: str
    stable_path: str | None
    vid: int | None
    pid: int | None
    serial: str | None
    description: str
    profiles: tuple[str, ...]
    held_by: tuple[str, ...]

    @property
    def best_path(self) -> str:
        """The path to write into the settings."""
        return self.stable_path or self.device


def list_ports(
    profiles: Iterable[Profile],
    comports: Callable[[], Iterable[FoundPort]] = pyserial_ports.comports,
    by_id: Path = BY_ID,
) -> list[PortInfo]:
    """Return all serial ports of this machine, ordered by device name."""
    known = list(profiles)
    found = sorted(comports(), key=lambda port: _natural(port.device))
    links = _links(by_id)
    held = holders_of(port.device for port in found)
    return [
        PortInfo(
            device=port.device,
            stable_path=links.get(port.device),
            vid=port.vid,
            pid=port.pid,
            serial=port.serial_number,
            description=port.description,
            profiles=tuple(p.name for p in known if any(_fits(usb, port) for usb in p.usb)),
            held_by=tuple(sorted(held[port.device])),
        )
        for port in found
    ]


def candidates(
    profiles: Iterable[Profile],
    comports: Callable[[], Iterable[FoundPort]] = pyserial_ports.comports,
    by_id: Path = BY_ID,
) -> list[PortInfo]:
    """Return the ports that ``auto`` may open: those whose USB ids a profile names."""
    return [port for port in list_ports(profiles, comports, by_id) if port.profiles]


def _fits(usb: UsbMatch, port: FoundPort) -> bool:
    if port.vid != usb.vid or (usb.pid is not None and port.pid != usb.pid):
        return False
    return usb.serial is None or re.fullmatch(usb.serial, port.serial_number or "") is not None


def _links(by_id: Path) -> Mapping[str, str]:
    """Return the stable link of every device that has one."""
    if not by_id.is_dir():
        return {}
    return {str(link.resolve()): str(link) for link in sorted(by_id.iterdir())}


def _natural(device: str) -> list[tuple[int, str]]:
    """Order ttyUSB10 after ttyUSB9."""
    return [
        (int(part or 0), "") if part.isdecimal() else (0, part)
        for part in re.split(r"(\d+)", device)
    ]
