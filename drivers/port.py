"""Opens the port that a URL or a device path names.

========================== ==========================================================
``/dev/ttyACM0``           a device; ``/dev/serial/by-id/...`` stays right when it renumbers
``socket://host:port``     raw TCP, as a serial server gives it
``rfc2217://host:port``    a serial server that takes port settings too
``capture:///path?speed=`` a recorded file (``drivers.capture``); 0 is as fast as it is read
``loop://``                what is written comes back; for tests
========================== ==========================================================
"""

import socket
from typing import Protocol, Self
from urllib.parse import urlsplit

import serial

from drivers.errors import ConfigError, LinkLost
from drivers.port_capture import open_capture
from drivers.port_descriptor import DescriptorPort
from drivers.port_device import open_device, serial_device
from drivers.port_thread import ThreadPort
from drivers.profile import Profile
from drivers.profile.schema import PortSettings

CONNECT_TIMEOUT_S = 5.0


class Port(Protocol):
    """An open port. ``simulated`` says that no pen is at its other end."""

    name: str
    simulated: bool

    async def read(self) -> bytes:
        """Return what arrived, at least one byte; :class:`LinkLost` when the link is gone.

        Safe to cancel: nothing is lost.
        """

    def read_now(self) -> bytes:
        """Return all that has arrived, b"" for nothing; :class:`LinkLost` as ``read``.

        Never waits. Called in the loop, also while a read is pending: what it returns
        comes before what that read will.
        """

    def write(self, data: bytes) -> None:
        """Send ``data`` whole or raise :class:`LinkLost`. Only ever used to ask for IDENTITY."""

    def close(self) -> None:
        """Close the port; a pending read ends with :class:`LinkLost`. May be called again."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def open_port(url: str, profile: Profile) -> Port:
    """Return the port at ``url``, open with the profile's settings.

    Blocks for some seconds at most (network). Raises :class:`LinkLost` where trying
    again may help, :class:`ConfigError` where it cannot; both say what to do.
    """
    return open_url(url, profile.port)


def open_url(url: str, settings: PortSettings) -> Port:
    """Return the port at ``url``, as :func:`open_port` does, for bare ``settings``."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return open_device(url, settings)
    match scheme:
        case "socket":
            return _open_socket(url)
        case "rfc2217":
            _host_and_port(url)
            return _open_threaded(url, settings)
        case "loop":
            return _open_threaded(url, settings)
        case "capture":
            return open_capture(url, rest)
    raise ConfigError(
        url,
        f"no kind of port is called {scheme}://",
        "Write a device path, socket://HOST:PORT or rfc2217://HOST:PORT",
    )


def _open_socket(url: str) -> DescriptorPort:
    """Connect without pyserial, whose handler drops what the server says first.

    It also reads until the line falls silent when opening, for ever on a busy one, and
    sleeps in ``close``.
    """
    address = _host_and_port(url)
    try:
        connection = socket.create_connection(address, timeout=CONNECT_TIMEOUT_S)
    except OSError as error:
        raise LinkLost(f"{url}: no connection ({error}). Is the serial server on?") from error
    connection.setblocking(False)
    return DescriptorPort(url, connection.fileno(), connection.close)


def _open_threaded(url: str, settings: PortSettings) -> ThreadPort:
    device = serial_device(url, settings)
    try:
        device.from_url(url)
    except (serial.SerialException, LookupError) as error:
        raise ConfigError(
            url, f"its options are not understood ({error})", "Leave away what follows the ?"
        ) from error
    try:
        device.open()
    except serial.SerialException as error:
        raise LinkLost(f"{url}: no connection ({error}). Is the serial server on?") from error
    return ThreadPort(url, device)


def _host_and_port(url: str) -> tuple[str, int]:
    mend = "Write it as socket://HOST:PORT or rfc2217://HOST:PORT"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(url, str(error), mend) from error
    if not host or not port:
        raise ConfigError(url, "host or port number is missing", mend)
    return host, port
