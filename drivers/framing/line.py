"""Lines of text, with a checksum in hex after ``*`` where the profile names one."""

from collections.abc import Callable

from drivers.checksum import XOR_HEX, Checksum, xor8_each
from drivers.counters import CHECKSUM, EMPTY, NOISE, PARTIAL, Counters
from drivers.framing.runs import Runs
from drivers.profile.schema import LineSpec

TOGETHER_FROM = 4
"""Lines from which on it is cheaper to sum them up all at once."""


class LineFraming:
    """See :class:`drivers.framing.Framing`."""

    def __init__(
        self,
        spec: LineSpec,
        checksum: Checksum,
        counters: Counters,
        is_whole_line: Callable[[bytes], bool],
    ) -> None:
        # A line may end in CR LF even where the profile says LF: the CR is not content.
        self._runs = Runs(spec.terminator[-1:].encode(), spec.max_frame_bytes + 1, counters)
        self._start = (spec.start or "").encode()
        self._end = spec.terminator.encode()
        self._checksum = checksum
        self._tails = [b"%02X%b" % (value, self._end[:-1]) for value in range(256)]
        self._counters = counters
        self._is_whole_line = is_whole_line

    @property
    def buffered(self) -> int:
        """Bytes held back until their line is whole."""
        return self._runs.buffered

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that ``data`` completes, between start character and checksum."""
        runs, is_first = self._runs.feed(data)
        if self._checksum.name == XOR_HEX and len(runs) >= TOGETHER_FROM:
            together = self._all_good(runs)
            if together is not None:
                self._counters.bytes_framed += sum(map(len, runs)) + len(runs)
                return together
        contents = []
        for run in runs:
            content = self._content(run, is_first)
            if content is not None:
                contents.append(content)
            is_first = False
        return contents

    def wrap(self, content: bytes) -> bytes:
        """Return the whole line around ``content``."""
        if self._checksum.size == 0:
            return self._start + content + self._end
        return b"%b%b*%b%b" % (self._start, content, self._checksum.digits(content), self._end)

    def _all_good(self, runs: list[bytes]) -> list[bytes] | None:
        """Return the contents if each of ``runs`` is one line written as usual; None else."""
        start, skip = self._start, len(self._start)
        halves = [run.rpartition(b"*") for run in runs]
        contents = [head[skip:] for head, _, _ in halves if head.startswith(start)]
        if len(contents) != len(runs) or not all(contents):
            return None
        tails = [self._tails[value] for value in xor8_each(contents)]
        return contents if tails == [tail for _, _, tail in halves] else None

    def _content(self, run: bytes, is_first: bool) -> bytes | None:
        line = run.removesuffix(b"\r")
        stray = PARTIAL if is_first else NOISE
        if not line:
            self._counters.discard(EMPTY, len(run) + 1)
            return None
        begin = self._next_begin(line, 0)
        if begin < 0:
            self._counters.discard(stray, len(run) + 1)
            return None
        while begin >= 0:
            content = self._checked(line[begin + len(self._start) :], is_first)
            if content is not None:
                self._counters.discard(stray, begin)
                self._counters.bytes_framed += len(run) + 1 - begin
                return content
            # Another line may stand before this one that lost its end.
            begin = self._next_begin(line, begin + 1)
        if not is_first:
            self._counters.refuse(CHECKSUM, run + self._end[-1:])
        self._counters.discard(PARTIAL if is_first else CHECKSUM, len(run) + 1)
        return None

    def _next_begin(self, line: bytes, at: int) -> int:
        """Return where the line may begin, from ``at`` on; -1 if nowhere."""
        if not self._start:
            return -1 if at else 0
        # Without a checksum only the last start character can be told to begin a line.
        return line.find(self._start, at) if self._checksum.size else line.rfind(self._start, at)

    def _checked(self, line: bytes, is_first: bool) -> bytes | None:
        """Return the line without its checksum; None if that does not hold."""
        if not self._checksum.size:
            return line if not is_first or self._is_whole_line(line) else None
        content, star, digits = line.rpartition(b"*")
        return content if star and digits.upper() == self._checksum.digits(content) else None
