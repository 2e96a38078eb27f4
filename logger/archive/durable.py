"""Files that are there whole and on the drive, or not at all."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from logger.errors import SinkUnavailable
from logger.journal.files import make_data_directory, sync_directory

Made = TypeVar("Made")
UNFINISHED = ".unfinished"


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Make ``directory`` for its owner alone; SinkUnavailable for what the drive refuses within.

    What an earlier attempt left unfinished is removed first.
    """
    try:
        make_data_directory(directory)
        for leftover in directory.glob(f"*{UNFINISHED}"):
            leftover.unlink()
        yield
    except OSError as error:
        raise SinkUnavailable(f"{directory}: {error.strerror or error}") from error


def place_bytes(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``: written, synced, then renamed."""
    place_file(path, lambda unfinished: unfinished.write_bytes(content))


def place_file(path: Path, write: Callable[[Path], Made]) -> Made:
    """Let ``write`` make a file, which takes its name ``path`` once it is on the drive.

    Returns what ``write`` does. A file that was left empty takes no name.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    # Whoever opens it by its name finds these rights there already.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        made = write(unfinished)
        os.fsync(descriptor)
        is_empty = not os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
    if is_empty:
        unfinished.unlink()
        return made
    unfinished.replace(path)
    sync_directory(path.parent)
    return made
