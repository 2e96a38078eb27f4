"""The checksum at the end of a binary frame."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from struct import Struct

from drivers.checksum import Checksum
from drivers.profile.schema import ChecksumSpec

Check = Callable[[bytes], bytes | None]
"""Takes a frame with its checksum, returns it without; None where the sum does not hold."""

CheckAll = Callable[[list[bytes]], Sequence[bytes] | None]
"""Takes one or more frames; None unless all are of one length and every sum holds."""

_CODES = {1: "B", 2: "H", 4: "I"}


def make_check(checksum: Checksum, spec: ChecksumSpec) -> Check:
    """Return the check for binary frames; a frame shorter than its sum does not hold."""
    size, compute, order, start = checksum.size, checksum.compute, spec.byte_order, spec.covers_from
    if size == 0:
        return lambda frame: frame

    def check(frame: bytes) -> bytes | None:
        content = frame[:-size]
        covered = content[start:] if start else content
        if compute(covered) == int.from_bytes(frame[-size:], order) and len(frame) > size:
            return content
        return None

    return check


def make_check_all(checksum: Checksum, spec: ChecksumSpec) -> CheckAll:
    """Return the check for many frames at once, which runs no line of Python a frame."""
    size, compute, start = checksum.size, checksum.compute, spec.covers_from
    if size == 0:
        return lambda frames: frames
    order = "<" if spec.byte_order == "little" else ">"

    @lru_cache(maxsize=8)
    def layout(length: int) -> Struct:
        return Struct(f"{order}{length - size}s{_CODES[size]}")

    def check_all(frames: list[bytes]) -> Sequence[bytes] | None:
        length = len(frames[0])
        if length <= size or set(map(len, frames)) != {length}:
            return None
        contents, told = zip(*layout(length).iter_unpack(b"".join(frames)), strict=True)
        covered = [content[start:] for content in contents] if start else contents
        return contents if tuple(map(compute, covered)) == told else None

    return check_all


def with_sum(content: bytes, checksum: Checksum, spec: ChecksumSpec) -> bytes:
    """Return ``content`` with its checksum behind it."""
    if checksum.size == 0:
        return content
    return content + checksum.packed(content[spec.covers_from :], spec.byte_order)
