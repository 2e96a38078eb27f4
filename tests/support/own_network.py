"""A network and a hosts file of its own for a process, of which packets and names can vanish."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

_NOBODYS_MAC = "02:00:00:00:00:99"
_SILENT = "names"
"""A link over which nothing ever comes: there the resolver looks for its name server."""


class OwnNetwork:
    """One link for each of ``names`` between this host and a network namespace.

    ``under`` is the command that starts a program in it. Its hosts file is ``place/hosts``;
    a name that is not there is asked of a name server that never answers. RuntimeError
    where this user may not make it: it takes root and Debian's iproute2.
    """

    def __init__(self, place: Path, names: Sequence[str]) -> None:
        self._names = [*names, _SILENT]
        self._space = f"needlelog-{os.getpid()}"
        self._hosts = place / "hosts"
        self._resolver = place / "resolv.conf"
        self._ip_program = shutil.which("ip", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        mounts = f"mount --bind {self._hosts} /etc/hosts && mount --bind {self._resolver}"
        script = f'{mounts} /etc/resolv.conf && exec "$@"'
        self.under = [
            *(self._ip_program or "ip", "netns", "exec", self._space),
            *("unshare", "--mount", "sh", "-c", script, "sh"),
        ]

    def address(self, name: str) -> str:
        """Return this host's address on the link ``name``."""
        return f"10.213.{os.getpid() % 250}.{4 * self._names.index(name) + 1}"

    def tell_names(self, **addresses: str) -> None:
        """Let exactly these host names be known; underscores become dots."""
        lines = [f"{address} {name.replace('_', '.')}\n" for name, address in addresses.items()]
        # Written in place: the file itself is mounted.
        self._hosts.write_text("".join(lines))

    def part(self, name: str) -> None:
        """Let every packet of a link vanish without a word, both ways."""
        self._neighbours(name, _NOBODYS_MAC, _NOBODYS_MAC)

    def join(self, name: str) -> None:
        """Let packets pass again."""
        self._neighbours(name, _mac(name, 2, self._names), _mac(name, 1, self._names))

    def __enter__(self) -> Self:
        if os.geteuid() != 0 or self._ip_program is None:
            raise RuntimeError("a network of its own takes root and `ip` (Debian: iproute2)")
        self.tell_names()
        self._resolver.write_text(f"nameserver {self.address(_SILENT)}\n")
        self._ip("netns", "add", self._space)
        for name in self._names:
            self._link(name)
        self.part(_SILENT)
        return self

    def __exit__(self, *_: object) -> None:
        self._ip("netns", "del", self._space)

    def _link(self, name: str) -> None:
        here, there = self._devices(name)
        self._ip(
            *("link", "add", here, "address", _mac(name, 1, self._names), "type", "veth"),
            *("peer", "name", there, "address", _mac(name, 2, self._names), "netns", self._space),
        )
        self._ip("addr", "add", f"{self.address(name)}/30", "dev", here)
        self._ip("link", "set", here, "up")
        self._ip("-n", self._space, "addr", "add", f"{self._far(name)}/30", "dev", there)
        self._ip("-n", self._space, "link", "set", there, "up")

    def _neighbours(self, name: str, far_mac: str, near_mac: str) -> None:
        """Frames to a station that is not there are dropped by whoever gets them."""
        here, there = self._devices(name)
        replace = ("neigh", "replace")
        self._ip(*replace, self._far(name), "lladdr", far_mac, "dev", here, "nud", "permanent")
        self._ip(
            *("-n", self._space, *replace, self.address(name)),
            *("lladdr", near_mac, "dev", there, "nud", "permanent"),
        )

    def _far(self, name: str) -> str:
        head, _, tail = self.address(name).rpartition(".")
        return f"{head}.{int(tail) + 1}"

    def _devices(self, name: str) -> tuple[str, str]:
        number = f"{os.getpid()}{self._names.index(name)}"
        return f"nl{number}a", f"nl{number}b"

    def _ip(self, *arguments: str) -> None:
        done = subprocess.run(
            [self._ip_program or "ip", *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _mac(name: str, end: int, names: Sequence[str]) -> str:
    return f"02:00:00:00:{names.index(name):02x}:{end:02x}"
