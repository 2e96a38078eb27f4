"""Bytes in, frames out: COBS, sync word with length, lines. Nothing here does I/O.

A framing holds at most one frame's worth of bytes, finds back into step within one
frame, and counts every byte that it discards; the counts do not depend on how the bytes
were cut into reads. What it yields is a frame's content once its checksum holds.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from drivers.counters import Counters
from drivers.framing.cobs import CobsFraming
from drivers.framing.line import LineFraming
from drivers.framing.sync import LengthRule, SyncFraming
from drivers.profile.profile import Profile
from drivers.profile.schema import CobsSpec, SyncSpec

__all__ = ["CobsFraming", "Framing", "LineFraming", "SyncFraming", "make_framing"]


class Framing(Protocol):
    """One direction of one link."""

    @property
    def buffered(self) -> int:
        """Bytes held back until their frame is whole."""
        ...

    def feed(self, data: bytes) -> Sequence[bytes]:
        """Return the contents of the frames that ``data`` completes, in wire order.

        A content lacks the checksum: decoded COBS, a sync-word frame with its header, or
        a line between its start character and its checksum.
        """
        ...

    def wrap(self, content: bytes) -> bytes:
        """Return the whole wire frame around ``content``, the inverse of ``feed``."""
        ...


def make_framing(
    profile: Profile, counters: Counters, is_whole_line: Callable[[bytes], bool] = bool
) -> Framing:
    """Return a fresh framing of ``profile`` that counts into ``counters``.

    ``is_whole_line`` tells a line from the end of one where no checksum does.
    """
    spec, checksum = profile.framing, profile.checksum
    if isinstance(spec, CobsSpec):
        return CobsFraming(spec, checksum, profile.checksum_spec, counters)
    if isinstance(spec, SyncSpec):
        length = LengthRule(spec, profile.byte_order, profile.payload_offset, checksum.size)
        return SyncFraming(spec, checksum, profile.checksum_spec, length, counters)
    return LineFraming(spec, checksum, counters, is_whole_line)
