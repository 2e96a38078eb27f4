"""The checksum at the end of a binary frame."""

from collections.abc import Callable

from drivers.checksum import Checksum
from drivers.profile.schema import ChecksumSpec

Check = Callable[[bytes], bytes | None]
"""Takes a frame with its checksum, returns it without; None where the sum does not hold."""


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


def with_sum(content: bytes, checksum: Checksum, spec: ChecksumSpec) -> bytes:
    """Return ``content`` with its checksum behind it."""
    if checksum.size == 0:
        return content
    return content + checksum.packed(content[spec.covers_from :], spec.byte_order)
