"""What happens to frames between the pen and the reader.

Each fault is a small function on one frame's bytes; :class:`StreamFault` decides, frame
by frame, whom it hits. Hits are drawn as distances, so that a stream is spoiled alike
however it is cut into bursts.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from drivers.simulator.burst import Burst, Fate, concatenate
from drivers.simulator.faults import Fault
from drivers.simulator.uart import resample

Outcome = list[tuple[bytes, Fate]]
"""What a frame became: its bytes, empty where nothing is written, and any copies."""

ByteFault = Callable[[bytes, Sequence[int], np.random.Generator], bytes]
FrameFault = Callable[[bytes, np.random.Generator], Outcome]


class Applied(Protocol):
    """A fault at work; keeps what it needs from burst to burst."""

    def apply(self, burst: Burst) -> Burst:
        """Return the burst as it goes on."""
        ...


def noise(frame: bytes, positions: Sequence[int], rng: np.random.Generator) -> bytes:
    """Put a random byte before each of ``positions``."""
    cuts = [0, *positions, len(frame)]
    pieces = [frame[start:stop] for start, stop in pairwise(cuts)]
    return pieces[0] + b"".join(rng.bytes(1) + piece for piece in pieces[1:])


def flip(frame: bytes, positions: Sequence[int], rng: np.random.Generator) -> bytes:
    """Flip one bit of the byte at each of ``positions``."""
    spoiled = bytearray(frame)
    for position in positions:
        spoiled[position] ^= 1 << int(rng.integers(8))
    return bytes(spoiled)


def lose(frame: bytes, positions: Sequence[int], rng: np.random.Generator) -> bytes:
    """Leave out the bytes at ``positions``."""
    lost = set(positions)
    return bytes(byte for index, byte in enumerate(frame) if index not in lost)


def drop(frame: bytes, rng: np.random.Generator) -> Outcome:
    """Swallow the frame."""
    return [(b"", Fate.DROPPED)]


def unplugged(frame: bytes, rng: np.random.Generator) -> Outcome:
    """Swallow the frame, because no cable is there."""
    return [(b"", Fate.UNPLUGGED)]


def duplicate(frame: bytes, rng: np.random.Generator) -> Outcome:
    """Send the frame twice."""
    return [(frame, Fate.SENT), (frame, Fate.REPEATED)]


def half(frame: bytes, rng: np.random.Generator) -> Outcome:
    """Send the first half only."""
    return [(frame[: len(frame) // 2], Fate.DAMAGED)]


def garbage(frame: bytes, rng: np.random.Generator) -> Outcome:
    """Send as many random bytes instead."""
    return [(rng.bytes(len(frame)), Fate.DAMAGED)]


def wrong_baud(sent_baud: float, read_baud: float) -> FrameFault:
    """Return the fault of a reader that listens at another baud rate."""

    def spoil(frame: bytes, rng: np.random.Generator) -> Outcome:
        return [(resample(frame, sent_baud, read_baud), Fate.DAMAGED)]

    return spoil


def on_bytes(spoil: ByteFault, hits: "Hits") -> "StreamFault":
    """Return ``spoil`` at work on the bytes that ``hits`` chooses."""

    def outcome(frame: bytes, due_us: int) -> Outcome | None:
        positions = hits.among(len(frame), due_us)
        if not positions:
            return None
        return [(spoil(frame, positions, hits.rng), Fate.DAMAGED)]

    return StreamFault(hits, outcome)


def on_frames(spoil: FrameFault, hits: "Hits") -> "StreamFault":
    """Return ``spoil`` at work on the frames that ``hits`` chooses."""

    def outcome(frame: bytes, due_us: int) -> Outcome | None:
        return spoil(frame, hits.rng) if hits.among(1, due_us) else None

    return StreamFault(hits, outcome)


class Hits:
    """Draws whom a fault hits: a share of all units, or one unit at each moment."""

    def __init__(self, fault: Fault, rng: np.random.Generator) -> None:
        self.window = fault.window
        self.rng = rng
        self._rate = fault.rate
        self._distance = 0 if fault.rate is None else self._draw(fault.rate)
        self._moment_us = fault.window.next_start_us(-1)

    def among(self, count: int, due_us: int) -> list[int]:
        """Return which of the next ``count`` units are hit, ascending."""
        if self._rate is None:
            return self._at_moment(count, due_us)
        hit = []
        while self._distance < count:
            hit.append(self._distance)
            self._distance += 1 + self._draw(self._rate)
        self._distance -= count
        return hit

    def _at_moment(self, count: int, due_us: int) -> list[int]:
        if self._moment_us is None or due_us < self._moment_us:
            return []
        self._moment_us = self.window.next_start_us(due_us)
        return [int(self.rng.integers(count))]

    def _draw(self, rate: float) -> int:
        return int(self.rng.geometric(rate)) - 1


class StreamFault:
    """Hands each frame within the window to a fault and keeps the records in step."""

    def __init__(self, hits: Hits, outcome: Callable[[bytes, int], Outcome | None]) -> None:
        self._hits = hits
        self._outcome = outcome

    def apply(self, burst: Burst) -> Burst:
        """Return the burst with the hit frames spoiled, swallowed or repeated."""
        due_us = burst.records["due_us"]
        open_ = self._hits.window.active(due_us) & (burst.records["fate"] < Fate.DROPPED)
        frames: list[bytes] = []
        origin: list[int] = []
        spoiled: dict[int, Fate] = {}
        for index, frame in enumerate(burst.frames):
            outcome = self._outcome(frame, int(due_us[index])) if open_[index] and frame else None
            for data, fate in outcome or [(frame, Fate.SENT)]:
                if fate is not Fate.SENT:
                    spoiled[len(frames)] = fate
                frames.append(data)
                origin.append(index)
        changed = Burst(frames, burst.records[origin])
        for index, fate in spoiled.items():
            _mark(changed, index, fate)
        return changed


class Reorder:
    """Holds a hit frame back until the next one has passed."""

    def __init__(self, hits: Hits) -> None:
        self._hits = hits
        self._held: Burst | None = None

    def apply(self, burst: Burst) -> Burst:
        """Return the burst with hit frames moved behind their followers."""
        open_ = self._hits.window.active(burst.records["due_us"])
        passed: list[Burst] = []
        for index in range(len(burst)):
            frame = burst.slice(index, index + 1)
            due_us = int(frame.records["due_us"][0])
            if self._held is None and open_[index] and self._hits.among(1, due_us):
                _mark(frame, 0, Fate.LATE)
                self._held = frame
                continue
            passed.append(frame)
            if self._held is not None:
                passed.append(self._held)
                self._held = None
        return concatenate(passed)


def _mark(burst: Burst, index: int, fate: Fate) -> None:
    """Note a frame's fate; what is spoiled already is no better for coming twice or late."""
    before = burst.records["fate"][index]
    if before == Fate.SENT or fate not in (Fate.REPEATED, Fate.LATE):
        burst.records["fate"][index] = fate


_BYTE_FAULTS: dict[str, ByteFault] = {"noise": noise, "flip": flip, "lose": lose}
_FRAME_FAULTS: dict[str, FrameFault] = {
    "drop": drop,
    "freeze": drop,
    "unplug": unplugged,
    "duplicate": duplicate,
    "half": half,
    "garbage": garbage,
}


def stream_faults(faults: Sequence[Fault], seed: int, baud_rate: float) -> list[Applied]:
    """Return the faults that act on the stream, in order; ``baud_rate`` is the pen's own."""
    applied: list[Applied] = []
    for number, fault in enumerate(faults):
        hits = Hits(fault, np.random.default_rng([seed, number, 1]))
        if fault.name in _BYTE_FAULTS:
            applied.append(on_bytes(_BYTE_FAULTS[fault.name], hits))
        elif fault.name in _FRAME_FAULTS:
            applied.append(on_frames(_FRAME_FAULTS[fault.name], hits))
        elif fault.name == "baud":
            applied.append(on_frames(wrong_baud(baud_rate, fault.amount), hits))
        elif fault.name == "reorder":
            applied.append(Reorder(hits))
    return applied
