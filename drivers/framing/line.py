"""Lines of text, with a checksum in hex after ``*`` where the profile names one."""

from collections.abc import Callable

from drivers.checksum import Checksum
from drivers.counters import CHECKSUM, EMPTY, NOISE, PARTIAL, Counters
from drivers.framing.runs import Runs
from drivers.profile.schema import LineSpec


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
        self._counters = counters
        self._is_whole_line = is_whole_line

    @property
    def buffered(self) -> int:
        """Bytes held back until their line is whole."""
        return self._runs.buffered

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that ``data`` completes, between start character and checksum."""
        runs, is_first = self._runs.feed(data)
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

    def _content(self, run: bytes, is_first: bool) -> bytes | None:
        if run == b"\r":
            self._counters.discard(EMPTY, 2)
            return None
        # What stands before the last start character lost its end on the way.
        begin = run.rfind(self._start) if self._start else 0
        cause = PARTIAL if is_first else NOISE
        if begin < 0:
            self._counters.discard(cause, len(run) + 1)
            return None
        self._counters.discard(cause, begin)
        content = run[begin + len(self._start) :].removesuffix(b"\r")
        if not content:
            self._counters.discard(EMPTY, len(run) + 1 - begin)
            return None
        if self._checksum.size:
            content, star, digits = content.rpartition(b"*")
            if not star or digits.upper() != self._checksum.digits(content):
                self._refuse(run, begin, is_first)
                return None
        elif is_first and not self._is_whole_line(content):
            self._refuse(run, begin, is_first)
            return None
        self._counters.bytes_framed += len(run) + 1 - begin
        return content

    def _refuse(self, run: bytes, begin: int, is_first: bool) -> None:
        if not is_first:
            self._counters.refuse(CHECKSUM, run[begin:] + self._end[-1:])
        self._counters.discard(PARTIAL if is_first else CHECKSUM, len(run) + 1 - begin)
