"""Opens a serial device for one program alone, and says in plain words why it cannot."""

import contextlib
import errno
import fcntl
import grp
import termios
from pathlib import Path

import serial

from drivers.errors import ConfigError, LinkLost, NeedlelogError
from drivers.port_descriptor import DescriptorPort
from drivers.profile.schema import PortSettings

_BUSY = {errno.EAGAIN, errno.EBUSY}
_MISSING = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR}
_FORBIDDEN = {errno.EACCES, errno.EPERM}
_NO_TERMINAL = {errno.ENOTTY, errno.EISDIR}

_CFLAG, _CC = 2, 6
"""Where ``termios.tcgetattr`` puts the control flags and the control characters."""


def open_device(path: str, settings: PortSettings) -> DescriptorPort:
    """Return the device at ``path``, open, raw and locked against other programs.

    What lay in the kernel's buffer is dropped: nobody knows at which baud rate it was
    received. Raises :class:`LinkLost` where a later try may succeed (missing, busy, no
    rights yet), :class:`ConfigError` where it cannot.
    """
    device = serial_device(path, settings)
    try:
        device.open()
        _finish(device.fileno(), settings)
    except (OSError, termios.error) as error:
        device.close()
        raise _explained(path, _errno_of(error), str(error)) from error
    except (ValueError, OverflowError) as error:
        raise _settings_refused(path, str(error)) from error
    return DescriptorPort(path, device.fileno(), lambda: _release(device))


def serial_device(url: str, settings: PortSettings) -> serial.SerialBase:
    """Return pyserial's object for ``url``, set up but not open.

    DTR and RTS are set before opening, so that a board which resets on them is left
    alone; one that the settings leave open is raised, as the kernel does. The read
    timeout only matters to a thread that reads.
    """
    device = serial.serial_for_url(
        url,
        do_not_open=True,
        baudrate=settings.baud_rate,
        bytesize=settings.byte_size,
        parity=settings.parity,
        stopbits=settings.stop_bits,
        exclusive=settings.exclusive,
        timeout=0.1,
    )
    device.dtr = settings.dtr is not False
    device.rts = settings.rts is not False
    return device


def _finish(fd: int, settings: PortSettings) -> None:
    """Do what pyserial does not: TIOCEXCL, HUPCL, and telling "no bytes" from "no device"."""
    if settings.exclusive:
        # The lock that pyserial takes binds only programs that ask for it.
        fcntl.ioctl(fd, termios.TIOCEXCL)
    attributes = termios.tcgetattr(fd)
    if settings.hupcl is not None:
        attributes[_CFLAG] &= ~termios.HUPCL
        attributes[_CFLAG] |= termios.HUPCL if settings.hupcl else 0
    # With VMIN 0 a read without bytes looks like a hang-up.
    attributes[_CC][termios.VMIN] = 1
    termios.tcsetattr(fd, termios.TCSANOW, attributes)


def _release(device: serial.SerialBase) -> None:
    # TIOCEXCL outlives this descriptor while another one is open, as on a simulator's PTY.
    # A device that is gone refuses, and needs no unlocking.
    with contextlib.suppress(OSError):
        fcntl.ioctl(device.fileno(), termios.TIOCNXCL)
    device.close()


def _errno_of(error: BaseException | None) -> int | None:
    """Return the system's error number, which pyserial hides when configuring fails."""
    if isinstance(error, termios.error):
        return int(error.args[0])
    if isinstance(error, OSError) and error.errno is None:
        return _errno_of(error.__context__)
    return error.errno if isinstance(error, OSError) else None


def _explained(path: str, number: int | None, detail: str) -> NeedlelogError:
    if number in _BUSY:
        return LinkLost(
            f"{path}: another program holds the port. Close it; `needlelog ports` names it"
        )
    if number in _MISSING:
        return LinkLost(
            f"{path}: no such device. Plug the pen in, or choose from `needlelog ports`"
        )
    if number in _FORBIDDEN:
        group = _group_of(path)
        return LinkLost(
            f"{path}: this account may not open the port. Add it to the group {group} "
            f"(sudo usermod -aG {group} ACCOUNT) and log in again"
        )
    if number in _NO_TERMINAL:
        return ConfigError(path, "is no serial port", "Choose one from `needlelog ports`")
    if number == errno.EINVAL:
        return _settings_refused(path, detail)
    return LinkLost(f"{path}: {detail}")


def _settings_refused(path: str, detail: str) -> ConfigError:
    return ConfigError(
        path, f"the device refuses the port settings ({detail})", "Correct [port] in the profile"
    )


def _group_of(path: str) -> str:
    """Return the group that owns the device: ``dialout`` on Debian, ``uucp`` elsewhere."""
    try:
        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (OSError, KeyError):
        return "dialout"
    return "dialout" if group == "root" else group
