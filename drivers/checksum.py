"""Checksums by name: XOR as text, and every CRC of 8, 16 or 32 bits that fastcrc knows."""

import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import fastcrc
import numpy as np

XOR_HEX = "xor-hex"
NONE = "none"
_BITS = (8, 16, 32)
_ALIASES = {
    "crc-16/ccitt-false": "crc-16/ibm-3740",
    "crc-32": "crc-32/iso-hdlc",
}


@dataclass(frozen=True, slots=True)
class Checksum:
    """``compute`` takes the bytes covered; ``size`` is the sum's length in bytes."""

    name: str
    size: int
    compute: Callable[[bytes], int]

    def packed(self, data: bytes, byte_order: Literal["little", "big"]) -> bytes:
        """Return the checksum of ``data`` as it stands in a binary frame."""
        return self.compute(data).to_bytes(self.size, byte_order)

    def digits(self, data: bytes) -> bytes:
        """Return the checksum of ``data`` as it stands in a line: upper-case hex."""
        return b"%0*X" % (2 * self.size, self.compute(data))


def xor8(data: bytes) -> int:
    """Return the XOR of all bytes of ``data``, 0 for none."""
    folded = int.from_bytes(data)
    # Halving the width folds all bytes into the lowest one in log2(n) steps.
    width = 1 << max(3, (8 * len(data) - 1).bit_length() - 1) if data else 0
    while width >= 8:
        folded ^= folded >> width
        width >>= 1
    return folded & 0xFF


def xor8_each(parts: Sequence[bytes]) -> list[int]:
    """Return :func:`xor8` of every one of ``parts``, of which none may be empty."""
    starts = [0, *accumulate(map(len, parts[:-1]))]
    joined = np.frombuffer(b"".join(parts), np.uint8)
    sums: list[int] = np.bitwise_xor.reduceat(joined, starts).tolist()
    return sums


def checksum_names() -> list[str]:
    """Return every name that a profile may give, ``none`` and ``xor-hex`` first."""
    crcs = [
        f"crc-{bits}/{name.replace('_', '-')}"
        for bits in _BITS
        for name in sorted(getattr(fastcrc, f"crc{bits}").algorithms_available)
    ]
    return [NONE, XOR_HEX, *_ALIASES, *crcs]


def find_checksum(name: str) -> Checksum:
    """Return the checksum called ``name``; ``KeyError`` for one not in ``checksum_names``."""
    if name not in checksum_names():
        raise KeyError(name)
    if name == NONE:
        return Checksum(name, 0, _no_sum)
    if name == XOR_HEX:
        return Checksum(name, 1, xor8)
    family, algorithm = _ALIASES.get(name, name).split("/")
    bits = int(family.removeprefix("crc-"))
    return Checksum(name, bits // 8, _crc(bits, algorithm))


def _no_sum(_: bytes) -> int:
    return 0


def _crc(bits: int, algorithm: str) -> Callable[[bytes], int]:
    if (bits, algorithm) == (32, "iso-hdlc"):
        return binascii.crc32
    function: Callable[[bytes], int] = getattr(
        getattr(fastcrc, f"crc{bits}"), algorithm.replace("-", "_")
    )
    return function
