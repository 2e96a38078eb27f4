"""Who has a device open, found without opening it: opening may reset a board."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def holders_of(devices: Iterable[str], proc: Path = PROC) -> Mapping[str, frozenset[str]]:
    """Return for each device the other processes that hold it, as ``name (pid)``.

    Finds those whose descriptors this account may see, and of all others those that
    locked the device as this logger does.
    """
    found: dict[str, set[int]] = defaultdict(set)
    wanted = set(devices)
    for pid, path in _open_files(proc):
        if path in wanted:
            found[path].add(pid)
    locked = dict(_locks(proc))
    for device in wanted:
        with suppress(OSError):
            status = Path(device).stat()
            if owner := locked.get((status.st_dev, status.st_ino)):
                found[device].add(owner)
    return {
        device: frozenset(_named(pid, proc) for pid in found[device] if pid != os.getpid())
        for device in wanted
    }


def _open_files(proc: Path) -> Iterator[tuple[int, str]]:
    """Yield process id and path of every open file that this account may see."""
    for process in proc.iterdir():
        if process.name.isdecimal():
            # Processes of others, and those that end meanwhile, cannot be seen.
            with suppress(OSError):
                for descriptor in (process / "fd").iterdir():
                    with suppress(OSError):
                        yield int(process.name), str(descriptor.readlink())


def _locks(proc: Path) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield device and inode of every locked file with the process id of its owner."""
    with suppress(OSError):
        for line in (proc / "locks").read_text().splitlines():
            match line.split():
                case [_, "FLOCK", _, _, pid, file, *_]:
                    major, minor, inode = file.split(":")
                    yield (os.makedev(int(major, 16), int(minor, 16)), int(inode)), int(pid)


def _named(pid: int, proc: Path) -> str:
    try:
        name = (proc / str(pid) / "comm").read_text().strip()
    except OSError:
        name = "process"
    return f"{name} ({pid})"
