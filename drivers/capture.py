"""Captures: raw bytes from a port with the times at which they were read.

A capture is text, one JSON object a line. The first line is the header::

    {"needlelog_capture":1,"port":"/dev/ttyUSB0","baud_rate":115200,"started_utc":"2026-03-01T09:30:00Z"}
    {"t_ns":1834012,"hex":"02020101010101010105dc05ffff010a8f04ffffff8008d70a00"}

``t_ns`` counts nanoseconds since the start on a clock that never steps; ``hex`` is what
one read gave. Text, because the person who writes a profile reads it, cuts it and mails
it; lines, because whatever moment the writer is killed at, only the last line can be cut
short, and a JSON object without its closing brace is not taken for a whole one. It costs
twice the bytes: some 30 MB an hour for a pen at 100 Hz.
"""

from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from drivers.errors import ConfigError

VERSION = 1

_MEND = "Name a file that `needlelog pen sniff --out` wrote"


class Chunk(NamedTuple):
    """What one read gave, ``t_ns`` after the capture's start."""

    t_ns: int
    data: bytes


class CaptureHeader(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where and when a capture was made. ``started_utc`` is RFC 3339."""

    needlelog_capture: int
    port: str = ""
    baud_rate: int | None = None
    started_utc: str = ""


class _Line(msgspec.Struct, frozen=True):
    t_ns: int
    hex: str


class CaptureWriter:
    """Writes a capture; each chunk has reached the system when ``write`` returns.

    Raises :class:`ConfigError` if ``path`` exists or cannot be written: a capture is
    evidence, and is never overwritten.
    """

    def __init__(self, path: Path, *, port: str, baud_rate: int, started_utc: str) -> None:
        try:
            self._file = path.open("xb")
        except FileExistsError as error:
            raise ConfigError(str(path), "exists already", "Choose another file") from error
        except OSError as error:
            raise ConfigError(
                str(path), f"cannot be written ({error.strerror})", "Choose another file"
            ) from error
        self._write_line(
            CaptureHeader(
                needlelog_capture=VERSION, port=port, baud_rate=baud_rate, started_utc=started_utc
            )
        )

    def write(self, chunk: Chunk) -> None:
        """Append ``chunk``."""
        self._write_line(_Line(chunk.t_ns, chunk.data.hex()))

    def close(self) -> None:
        """Close the file. May be called again."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_line(self, line: msgspec.Struct) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()


def read_header(path: Path) -> CaptureHeader:
    """Return the header of the capture at ``path``; :class:`ConfigError` if it is none."""
    try:
        with path.open("rb") as file:
            header = msgspec.json.decode(file.readline(), type=CaptureHeader)
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read ({error.strerror})", _MEND) from error
    except msgspec.DecodeError as error:
        raise ConfigError(str(path), f"is no capture ({error})", _MEND) from error
    if header.needlelog_capture > VERSION:
        raise ConfigError(
            str(path),
            f"is a capture of version {header.needlelog_capture}, {VERSION} is known here",
            "Use the needlelog that wrote it, or a newer one",
        )
    return header


def read_chunks(path: Path) -> Generator[Chunk, None, None]:
    """Yield the chunks of the capture at ``path`` in order, reading as they are asked for.

    A last line that was cut short ends it. Raises :class:`ConfigError` with the line's
    number for a line that is none of a capture.
    """
    read_header(path)
    with path.open("rb") as file:
        next(file)
        for number, line in enumerate(file, start=2):
            try:
                yield _chunk(line)
            except (msgspec.DecodeError, ValueError) as error:
                if not line.endswith(b"\n"):
                    return
                raise ConfigError(
                    f"{path}:{number}", f"is no line of a capture ({error})", "Remove the line"
                ) from error


def _chunk(line: bytes) -> Chunk:
    fields = msgspec.json.decode(line, type=_Line)
    return Chunk(fields.t_ns, bytes.fromhex(fields.hex))
