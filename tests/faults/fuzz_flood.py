"""Floods a target with good inputs that something was done to, and watches the memory."""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from tests.bench.accounting import resident_bytes

WARM_UP = 0.2
"""The share of the inputs after which memory may not grow any more."""
KEPT = 64
"""Inputs before the one that failed, to play the failure again."""
_INTERESTING = (
    *(b"\0", b"\xff", b"\x7f\xff", b"\xff" * 8, b"\xaa\x55"),
    *(b"$", b"*", b"\r\n", b"[" * 40, b'"', b"1e999"),
)


class Found(msgspec.Struct, frozen=True):
    """What came of it; ``error`` is empty where every promise held."""

    inputs: int
    took_s: float
    grown_bytes: int
    error: str = ""


def mutations(seeds: Sequence[bytes], rng: random.Random) -> Iterator[bytes]:
    """Yield good inputs with one to four things wrong in each, for ever."""
    while True:
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 4)):
            _mutate(data, seeds, rng)
        yield bytes(data)


def _mutate(data: bytearray, seeds: Sequence[bytes], rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    match rng.randrange(6):
        case 0 | 1 if at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        case 2:
            del data[at : at + rng.randint(1, 8)]
        case 3:
            data[at:at] = rng.choice(_INTERESTING)
        case 4:
            data[at:at] = rng.randbytes(rng.randint(1, 16))
        case _:
            data[at:] = rng.choice(seeds)[-rng.randint(1, 64) :]


def flood(target: Callable[[bytes], None], seeds: Sequence[bytes], seed: int, count: int) -> Found:
    """Give ``target`` so many mutated inputs."""
    source, last = mutations(seeds, random.Random(seed)), [b""] * KEPT
    started_s, warm_bytes = time.monotonic(), 0
    for number in range(count):
        if number == int(count * WARM_UP):
            warm_bytes = resident_bytes(os.getpid())
        data = next(source)
        last[number % KEPT] = data
        try:
            target(data)
        except Exception as error:  # noqa: BLE001 - any exception is what is looked for
            told = f"{type(error).__name__}: {error} at input {number}, {data.hex()}"
            return Found(number + 1, time.monotonic() - started_s, 0, told)
    return Found(count, time.monotonic() - started_s, resident_bytes(os.getpid()) - warm_bytes)
