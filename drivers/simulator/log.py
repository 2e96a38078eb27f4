"""The generator's log: one record per frame, so that every sample can be accounted for.

A log is one line of JSON (:class:`LogHeader`) and then records of
``drivers.simulator.burst.RECORD``, 32 bytes each, in the order of the line.
``docs/simulator.md`` describes it for other programs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from drivers.errors import ConfigError
from drivers.simulator.burst import NO_SAMPLE, RECORD, Fate

FORMAT = "needlelog simulator 1"


class LogHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Which pen wrote the log, and all that is needed to make its samples again."""

    serial: str
    profile: str
    script: str
    seed: int
    boot_id: int
    rate_hz: float
    start_tick_us: int = 0
    start_sequence: int = 0
    faults: tuple[str, ...] = ()
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class GeneratorLog:
    """A log as read: its header and its records, [n]."""

    header: LogHeader
    records: NDArray[np.void]

    def samples(self, *fates: Fate) -> NDArray[np.void]:
        """Return the records that carry a sample, those of ``fates`` only if any are named."""
        chosen = self.records["sequence"] != NO_SAMPLE
        if fates:
            chosen &= np.isin(self.records["fate"], fates)
        return np.asarray(self.records[chosen])


class LogWriter:
    """Appends records to a new file."""

    def __init__(self, path: Path, header: LogHeader) -> None:
        """Create ``path`` or empty it; ConfigError where it cannot be written."""
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise ConfigError(
                f"--log {path}", f"cannot be written ({error.strerror})", "Name a file elsewhere."
            ) from error
        self._file.write(msgspec.json.encode(header) + b"\n")

    def add(self, records: NDArray[np.void]) -> None:
        """Append ``records`` and hand them to the system, so that a reader sees them."""
        self._file.write(records.tobytes())
        self._file.flush()

    def close(self) -> None:
        """Write out and close; may be called again."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_log(path: Path) -> GeneratorLog:
    """Return the log at ``path``; a last record that a kill cut short is left out.

    ConfigError where the file is no generator's log.
    """
    first, _, rest = path.read_bytes().partition(b"\n")
    try:
        header = msgspec.json.decode(first, type=LogHeader)
    except msgspec.DecodeError as error:
        raise _no_log(path) from error
    if header.format != FORMAT:
        raise _no_log(path)
    whole = len(rest) // RECORD.itemsize * RECORD.itemsize
    return GeneratorLog(header, np.frombuffer(rest[:whole], dtype=RECORD))


def _no_log(path: Path) -> ConfigError:
    return ConfigError(
        str(path), "is no generator's log", "Name a file that `needlelog simulate --log` wrote."
    )
