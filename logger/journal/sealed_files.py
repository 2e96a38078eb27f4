"""Payloads that left the journal, from the sealed files that have them.

Reading those files needs libraries that the recorder must not load, so a process of its own
does it: ``python -m logger.archive.payload_server``. It is asked, a line of JSON each, for
the blocks of a file from a position on, and answers with some of them (some 500 kB).
"""

import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import IO

from logger.errors import JournalError

SERVER = ("-P", "-m", "logger.archive.payload_server")
HEADER = struct.Struct("<qI")
"""Before each payload: its position and how many bytes it has."""
END = -1
"""Instead of a position: no more of this answer; a text of so many bytes says why, if any."""


class SealedFiles:
    """Asks one process for payloads; it is started when the first are wanted.

    One thread at a time.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._server: subprocess.Popen[bytes] | None = None

    def payloads(self, file: str, first: int) -> dict[int, bytes]:
        """Return payloads of ``file`` from position ``first`` on, by position; some, in order.

        Empty beyond its end. JournalError, with the reason, if the file cannot be read.
        """
        try:
            requests, answers = self._pipes()
            requests.write(json.dumps({"file": file, "first": first}).encode() + b"\n")
            requests.flush()
            return _answer(answers)
        except (OSError, EOFError) as error:
            self.close()
            raise JournalError(f"no process gives the payloads of {file}: {error}") from error

    def close(self) -> None:
        """Let the process end; idempotent."""
        server, self._server = self._server, None
        if server is not None:
            server.kill()
            server.communicate()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._server is None:
            self._server = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, *SERVER, str(self._data_dir)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        if self._server.stdin is None or self._server.stdout is None:
            raise EOFError("it has no pipes")
        return self._server.stdin, self._server.stdout


def _answer(answers: IO[bytes]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while True:
        position, length = HEADER.unpack(_read(answers, HEADER.size))
        content = _read(answers, length)
        if position != END:
            found[position] = content
        elif content:
            raise JournalError(content.decode("utf-8", "replace"))
        else:
            return found


def _read(answers: IO[bytes], length: int) -> bytes:
    content = answers.read(length)
    if len(content) < length:
        raise EOFError("it ended")
    return content
