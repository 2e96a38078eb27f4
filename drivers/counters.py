"""What the line yielded besides good frames: every byte and every frame, by cause."""

from dataclasses import dataclass, field

PARTIAL = "partial"
"""Before the first whole frame after opening; ordinary."""
EMPTY = "empty"
"""A terminator with nothing before it; ordinary."""
NOISE = "noise"
"""Bytes that begin no frame."""
OVERLONG = "overlong"
"""A run without terminator longer than any frame."""
COBS = "cobs"
"""A run that is no COBS encoding."""
CHECKSUM = "checksum"
"""The checksum does not hold, or is missing."""
LENGTH = "length"
"""A length field out of its bounds, or a good frame of another length than its fields."""
FIELDS = "fields"
"""A line of a known type with another count of fields."""
FORMAT = "format"
"""A text field that is not written as the profile says, or text that is no UTF-8."""
RANGE = "range"
"""A value outside what its field can mean."""
CONSTANT = "constant"
"""A field that must have one value has another."""
VERSION = "version"
"""An IDENTITY of another protocol version."""

CAUSES = (
    PARTIAL,
    EMPTY,
    NOISE,
    OVERLONG,
    COBS,
    CHECKSUM,
    LENGTH,
    FIELDS,
    FORMAT,
    RANGE,
    CONSTANT,
    VERSION,
)
"""Every cause under which bytes are discarded or frames refused."""

EXAMPLES_KEPT = 8
EXAMPLE_BYTES = 128


@dataclass(slots=True)
class Counters:
    """Totals since the decoder was made, and a few raw examples since the last ``take``.

    ``bytes_in = bytes_framed + sum(discarded.values()) + decoder.buffered`` at any time.
    ``bytes_framed`` lay in frames whose framing and checksum are good; of these frames
    some are ``frames_good``, some ``unknown_types`` and some ``refused`` for what they
    say. ``refused`` counts frames, ``discarded`` bytes. ``examples`` holds refused
    frames, ``unknown_examples`` good ones of unknown type, as they stood on the wire.
    """

    bytes_in: int = 0
    bytes_framed: int = 0
    frames_good: int = 0
    unknown_types: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    discarded: dict[str, int] = field(default_factory=dict)
    examples: list[bytes] = field(default_factory=list)
    unknown_examples: list[bytes] = field(default_factory=list)
    _taken: "Counters | None" = field(default=None, repr=False, compare=False)

    def discard(self, cause: str, count: int) -> None:
        """Count ``count`` bytes that lay in no good frame."""
        if count:
            self.discarded[cause] = self.discarded.get(cause, 0) + count

    def refuse(self, cause: str, raw: bytes) -> None:
        """Count one frame refused and keep some of its bytes."""
        self.refused[cause] = self.refused.get(cause, 0) + 1
        if len(self.examples) < EXAMPLES_KEPT:
            self.examples.append(bytes(raw[:EXAMPLE_BYTES]))

    def unknown(self, raw: bytes) -> None:
        """Count one good frame of a type that the profile does not know."""
        self.unknown_types += 1
        if len(self.unknown_examples) < EXAMPLES_KEPT:
            self.unknown_examples.append(bytes(raw[:EXAMPLE_BYTES]))

    def take(self) -> "Counters":
        """Return what was counted since the last ``take``; the totals here go on."""
        before = self._taken or Counters()
        delta = Counters(
            self.bytes_in - before.bytes_in,
            self.bytes_framed - before.bytes_framed,
            self.frames_good - before.frames_good,
            self.unknown_types - before.unknown_types,
            _difference(self.refused, before.refused),
            _difference(self.discarded, before.discarded),
            self.examples,
            self.unknown_examples,
        )
        self.examples, self.unknown_examples = [], []
        self._taken = Counters(
            self.bytes_in,
            self.bytes_framed,
            self.frames_good,
            self.unknown_types,
            dict(self.refused),
            dict(self.discarded),
        )
        return delta


def _difference(now: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    return {
        cause: count - before.get(cause, 0)
        for cause, count in now.items()
        if count != before.get(cause, 0)
    }
