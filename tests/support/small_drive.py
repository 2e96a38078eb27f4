"""A small drive of its own for a test: memory mounted where a data directory shall be."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BALLAST = "ballast"
_BLOCK_BYTES = 4096


class SmallDrive:
    """A mounted drive that can be filled to the last block and freed again."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / _BALLAST

    @property
    def free_bytes(self) -> int:
        """How many bytes may still be written to it."""
        return shutil.disk_usage(self.place).free

    def leave(self, free_bytes: int) -> None:
        """Let ballast grow or shrink until about so much room is left."""
        descriptor = os.open(self._ballast, os.O_RDWR | os.O_CREAT)
        try:
            held = os.fstat(descriptor).st_size
            wanted = held + self.free_bytes - free_bytes
            wanted -= wanted % _BLOCK_BYTES
            if wanted <= held:
                os.ftruncate(descriptor, max(0, wanted))
            else:
                _grow(descriptor, held, wanted)
        finally:
            os.close(descriptor)

    def free(self) -> None:
        """Take all ballast away."""
        self._ballast.unlink(missing_ok=True)


def _grow(descriptor: int, held: int, wanted: int) -> None:
    """Fill block by block: another may take the room meanwhile, and then less is to be filled."""
    block = b"\1" * _BLOCK_BYTES
    try:
        for at in range(held, wanted, _BLOCK_BYTES):
            os.pwrite(descriptor, block, at)
    except OSError:
        # Full is full, whoever filled it.
        return


@contextmanager
def small_drive(place: Path, size_bytes: int) -> Iterator[SmallDrive]:
    """Yield a drive of ``size_bytes`` mounted at ``place``; it is gone afterwards."""
    place.mkdir(parents=True, exist_ok=True)
    options = f"size={size_bytes},mode=700"
    command = ["mount", "-t", "tmpfs", "-o", options, "needlelog-test", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (
        f"this test mounts a drive of its own ({done.stderr.strip()}): "
        "run it as root, or under `unshare --user --map-root-user --mount`"
    )
    try:
        yield SmallDrive(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
