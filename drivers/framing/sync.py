"""Frames that begin with a sync word and tell their length, or all have the same."""

from drivers.checksum import Checksum
from drivers.counters import CHECKSUM, LENGTH, NOISE, PARTIAL, Counters
from drivers.framing.sums import make_check, with_sum
from drivers.profile.fieldtypes import BINARY_TYPES
from drivers.profile.schema import ByteOrder, ChecksumSpec, SyncSpec


class LengthRule:
    """Where a frame's length field lies, and how its value and the frame's bytes relate."""

    def __init__(
        self, spec: SyncSpec, byte_order: ByteOrder, payload_offset: int, sum_size: int
    ) -> None:
        self._fixed = spec.frame_bytes
        self._shortest = payload_offset + sum_size
        self._longest = spec.frame_bytes or spec.max_frame_bytes
        self.offset = self.size = self._extra = 0
        self.byte_order = byte_order
        self._low, self._high = 0, self._longest
        if (length := spec.length) is None:
            return
        self.offset, self.size = length.offset, BINARY_TYPES[length.type].size
        self.byte_order = length.byte_order or byte_order
        outside = {
            "frame": 0,
            "rest": self.offset + self.size,
            "payload": payload_offset + sum_size,
        }
        self._extra = outside[length.counts] - length.add
        self._low = length.min
        self._high = 2**32 if length.max is None else length.max

    def frame_bytes(self, buffer: bytes, start: int) -> int | None:
        """Return the whole length of the frame at ``start``.

        None where the length field is not there yet, 0 where its value is impossible.
        """
        if self._fixed is not None:
            return self._fixed
        field = buffer[start + self.offset : start + self.offset + self.size]
        if len(field) < self.size:
            return None
        value = int.from_bytes(field, self.byte_order)
        total = value + self._extra
        fits = self._low <= value <= self._high and self._shortest <= total <= self._longest
        return total if fits else 0

    def field_of(self, total: int) -> bytes:
        """Return the length field of a frame of ``total`` bytes."""
        return (total - self._extra).to_bytes(self.size, self.byte_order) if self.size else b""


class SyncFraming:
    """See :class:`drivers.framing.Framing`."""

    def __init__(
        self,
        spec: SyncSpec,
        checksum: Checksum,
        checksum_spec: ChecksumSpec,
        length: LengthRule,
        counters: Counters,
    ) -> None:
        self._sync = spec.sync
        self._length = length
        self._checksum, self._checksum_spec = checksum, checksum_spec
        self._check = make_check(checksum, checksum_spec)
        self._counters = counters
        self._held = b""
        # What precedes the first good frame may be the end of one that began before us.
        self._partial_left = spec.max_frame_bytes

    @property
    def buffered(self) -> int:
        """Bytes held back until their frame is whole."""
        return len(self._held)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames that ``data`` completes, with header, without checksum."""
        buffer = self._held + data
        contents: list[bytes] = []
        at = 0
        while (start := buffer.find(self._sync, at)) >= 0:
            self._noise(start - at)
            at = start
            total = self._length.frame_bytes(buffer, start)
            if total is None or start + total > len(buffer):
                break
            content = self._check(buffer[start : start + total]) if total else None
            if content is None:
                self._refuse(buffer[start : start + (total or self._length.offset + 4)], total)
                at = start + 1
                continue
            contents.append(content)
            self._partial_left = 0
            self._counters.bytes_framed += total
            at = start + total
        else:
            keep = self._sync_begun(buffer, at)
            self._noise(keep - at)
            at = keep
        self._held = buffer[at:]
        return contents

    def wrap(self, content: bytes) -> bytes:
        """Return the whole wire frame around ``content``, which holds its header."""
        return with_sum(content, self._checksum, self._checksum_spec)

    def _sync_begun(self, buffer: bytes, at: int) -> int:
        """Return where a sync word may have begun at the buffer's end, else the end."""
        for begun in range(min(len(self._sync) - 1, len(buffer) - at), 0, -1):
            if buffer.endswith(self._sync[:begun]):
                return len(buffer) - begun
        return len(buffer)

    def _noise(self, count: int) -> None:
        partial = min(count, self._partial_left)
        self._partial_left -= partial
        self._counters.discard(PARTIAL, partial)
        self._counters.discard(NOISE, count - partial)

    def _refuse(self, raw: bytes, total: int) -> None:
        cause = CHECKSUM if total else LENGTH
        self._counters.refuse(cause, raw)
        # Only the first byte goes: a good frame may begin within what was refused.
        self._counters.discard(cause, 1)
