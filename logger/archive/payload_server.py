"""``python -m logger.archive.payload_server DATA_DIR``: payloads out of sealed files.

Answers requests as ``logger.journal.sealed_files`` makes them, until its input ends.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from logger.archive.samples_reading import read_payloads
from logger.errors import ProofFailed
from logger.journal.sealed_files import END, HEADER

ANSWER_BYTES = 500_000


class Served:
    """One file being read on; a request elsewhere begins anew."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._file = ""
        self._next: tuple[int, bytes] | None = None
        self._rest: Iterator[tuple[int, bytes]] = iter(())

    def payloads(self, file: str, first: int) -> Iterator[tuple[int, bytes]]:
        """Yield blocks from position ``first`` on, up to :data:`ANSWER_BYTES` or one block more.

        ProofFailed if the file cannot be read.
        """
        if file != self._file or self._next is None or self._next[0] > first:
            self._file, self._rest = file, read_payloads(self._data_dir / file, first)
            self._next = next(self._rest, None)
        sent = 0
        while self._next is not None and sent < ANSWER_BYTES:
            if self._next[0] >= first:
                sent += len(self._next[1])
                yield self._next
            self._next = next(self._rest, None)


def serve(data_dir: Path, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer ``requests``, one after another, until there are no more."""
    served = Served(data_dir)
    for line in requests:
        asked, problem = json.loads(line), b""
        try:
            for position, payload in served.payloads(asked["file"], asked["first"]):
                answers.write(HEADER.pack(position, len(payload)) + payload)
        except ProofFailed as error:
            problem = str(error).encode()
        answers.write(HEADER.pack(END, len(problem)) + problem)
        answers.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
