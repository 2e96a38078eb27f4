"""By which names and addresses this host can be reached."""

import fcntl
import socket
import struct
from collections.abc import Iterator

_GET_ADDRESS = 0x8915  # SIOCGIFADDR of linux/sockios.h
_ALWAYS = ("localhost", "127.0.0.1", "::1")


def host_names() -> frozenset[str]:
    """Return the host's name, alone and under ``.local``, and its IPv4 addresses by now."""
    name = socket.gethostname().partition(".")[0].lower()
    return frozenset((*_ALWAYS, name, f"{name}.local", *_addresses()))


def _addresses() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, interface in socket.if_nameindex():
            asked = struct.pack("256s", interface.encode())
            try:
                told = fcntl.ioctl(asking.fileno(), _GET_ADDRESS, asked)
            except OSError:
                continue  # it has no address
            yield socket.inet_ntoa(told[20:24])
