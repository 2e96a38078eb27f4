"""Frames in consistent overhead byte stuffing (Cheshire & Baker 1999), each ended by 0x00."""

from collections.abc import Sequence

from cobs import cobs

from drivers.checksum import Checksum
from drivers.counters import CHECKSUM, COBS, PARTIAL, Counters
from drivers.framing.runs import Runs
from drivers.framing.sums import make_check, make_check_all, with_sum
from drivers.profile.schema import ChecksumSpec, CobsSpec


class CobsFraming:
    """See :class:`drivers.framing.Framing`."""

    def __init__(
        self, spec: CobsSpec, checksum: Checksum, checksum_spec: ChecksumSpec, counters: Counters
    ) -> None:
        # COBS adds one byte, and one more for every 254 bytes without a zero.
        longest = spec.max_frame_bytes + spec.max_frame_bytes // 254 + 1
        self._runs = Runs(b"\0", longest, counters)
        self._checksum, self._checksum_spec = checksum, checksum_spec
        self._check = make_check(checksum, checksum_spec)
        self._check_all = make_check_all(checksum, checksum_spec)
        self._counters = counters

    @property
    def buffered(self) -> int:
        """Bytes held back until their frame is whole."""
        return self._runs.buffered

    def feed(self, data: bytes) -> Sequence[bytes]:
        """Return the decoded frames that ``data`` completes, without checksum."""
        runs, is_first = self._runs.feed(data)
        if not runs:
            return runs
        contents = self._all_good(runs)
        if contents is None:
            return self._one_by_one(runs, is_first)
        self._counters.bytes_framed += sum(map(len, runs)) + len(runs)
        return contents

    def _all_good(self, runs: list[bytes]) -> Sequence[bytes] | None:
        """Return the frames of ``runs`` if they are alike and nothing is wrong; None else."""
        try:
            frames = list(map(cobs.decode, runs))
        except cobs.DecodeError:
            return None
        return self._check_all(frames)

    def _one_by_one(self, runs: list[bytes], is_first: bool) -> list[bytes]:
        check, decode, contents = self._check, cobs.decode, []
        discarded = 0
        for run in runs:
            try:
                content = check(decode(run))
            except cobs.DecodeError:
                discarded += self._refuse(COBS, run, is_first)
            else:
                if content is None:
                    discarded += self._refuse(CHECKSUM, run, is_first)
                else:
                    contents.append(content)
            is_first = False
        self._counters.bytes_framed += sum(map(len, runs)) + len(runs) - discarded
        return contents

    def wrap(self, content: bytes) -> bytes:
        """Return the whole wire frame around ``content``."""
        encoded: bytes = cobs.encode(with_sum(content, self._checksum, self._checksum_spec))
        return encoded + b"\0"

    def _refuse(self, cause: str, run: bytes, is_first: bool) -> int:
        if is_first:
            # The port was opened in the middle of a frame.
            cause = PARTIAL
        else:
            self._counters.refuse(cause, run + b"\0")
        self._counters.discard(cause, len(run) + 1)
        return len(run) + 1
