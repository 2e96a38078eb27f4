"""Rules of framing, frame types and checksum; see ``rules`` for the errors' place."""

from collections.abc import Mapping

from drivers.checksum import NONE, XOR_HEX, Checksum
from drivers.errors import ConfigError
from drivers.profile.fieldtypes import BINARY_TYPES
from drivers.profile.plan import FramePlan
from drivers.profile.schema import ChecksumSpec, CobsSpec, FrameSpec, LengthSpec, LineSpec, SyncSpec

MARKS_WITHOUT_CHECKSUM = 2
"""Fixed bytes that a binary frame without checksum needs to be told from noise."""


def check_framing(framing: CobsSpec | SyncSpec | LineSpec) -> None:
    """Refuse a framing whose own keys contradict each other."""
    if isinstance(framing, LineSpec):
        if framing.start == framing.separator:
            raise ConfigError(
                "framing.start", "Start and separator are the same", "Use two characters."
            )
        return
    if isinstance(framing, SyncSpec):
        _check_sync(framing)


def _check_sync(framing: SyncSpec) -> None:
    if (framing.length is None) == (framing.frame_bytes is None):
        raise ConfigError(
            "framing.length",
            "A frame tells its length, or all frames have the same",
            "Give either [framing.length] or frame_bytes.",
        )
    length = framing.length
    if length is None:
        return
    if length.offset < len(framing.sync):
        raise ConfigError(
            "framing.length.offset",
            "The length lies in the sync word",
            f"Count from the sync word's first byte: {len(framing.sync)} or more.",
        )
    if length.max is not None and length.max < length.min:
        raise ConfigError(
            "framing.length.max", "The maximum is below the minimum", "Swap or mend them."
        )
    if framing.type_offset is not None and _overlaps(framing.type_offset, length):
        raise ConfigError(
            "framing.type_offset", "The type lies in the length field", "Mend one of the offsets."
        )


def _overlaps(offset: int, length: LengthSpec) -> bool:
    return length.offset <= offset < length.offset + BINARY_TYPES[length.type].size


def payload_offset(framing: CobsSpec | SyncSpec | LineSpec, *, typed: bool) -> int:
    """Return where the fields begin, in bytes from the frame's first byte; 0 for lines."""
    if isinstance(framing, LineSpec):
        return 0
    ends = [framing.type_offset + 1] if typed and framing.type_offset is not None else [0]
    if isinstance(framing, SyncSpec):
        ends.append(len(framing.sync))
        if framing.length:
            ends.append(framing.length.offset + BINARY_TYPES[framing.length.type].size)
    if framing.payload_offset is None:
        return max(ends)
    if framing.payload_offset < max(ends):
        raise ConfigError(
            "framing.payload_offset",
            "The payload begins within the header",
            f"Use {max(ends)} or more, or leave the key out.",
        )
    return framing.payload_offset


def check_types(framing: CobsSpec | SyncSpec | LineSpec, frames: Mapping[str, FrameSpec]) -> bool:
    """Return whether frames are told by a type; refuse types that cannot tell them apart."""
    typed = [name for name, frame in frames.items() if frame.type is not None]
    if not typed and len(frames) == 1:
        return False
    seen: dict[int | str, str] = {}
    for name, frame in frames.items():
        path = f"frame.{name}.type"
        if frame.type is None:
            raise ConfigError(
                path, "The type is missing", "With several frames each needs a type of its own."
            )
        _check_type(path, frame.type, framing)
        if frame.type in seen:
            raise ConfigError(
                path, f"frame.{seen[frame.type]} has this type already", "Give each its own."
            )
        seen[frame.type] = name
    if isinstance(framing, SyncSpec) and framing.type_offset is None:
        raise ConfigError(
            "framing.type_offset",
            "Nothing says where the type byte lies",
            "Give its place, counted from the sync word's first byte.",
        )
    return True


def _check_type(path: str, frame_type: int | str, framing: CobsSpec | SyncSpec | LineSpec) -> None:
    if isinstance(framing, LineSpec):
        good = isinstance(frame_type, str) and frame_type.isascii() and frame_type.isprintable()
        if not good or not frame_type or framing.separator in str(frame_type):
            raise ConfigError(
                path, f"{frame_type!r} is no first word of a line", 'Give a word, such as "PNPT".'
            )
    elif not isinstance(frame_type, int) or not 0 <= frame_type <= 0xFF:
        raise ConfigError(path, f"{frame_type!r} is no type byte", "Give a number, 0x00 to 0xFF.")


def check_checksum(
    framing: CobsSpec | SyncSpec | LineSpec,
    checksum: Checksum,
    spec: ChecksumSpec,
    sample: FramePlan,
) -> None:
    """Refuse a checksum that the framing cannot carry, and binary frames that nothing guards."""
    if isinstance(framing, LineSpec):
        for key in sorted(spec.model_fields_set - {"kind"}):
            raise ConfigError(f"checksum.{key}", "On a line this means nothing", "Remove the key.")
        return
    if spec.covers_from >= sample.size:
        raise ConfigError(
            "checksum.covers_from", "The checksum covers nothing", f"Stay below {sample.size}."
        )
    if checksum.name == XOR_HEX:
        raise ConfigError(
            "checksum.kind", "xor-hex stands in lines of text", "Use a CRC, or framing line."
        )
    marks = len(framing.sync) if isinstance(framing, SyncSpec) else 0
    marks += sample.type is not None
    marks += sum(field.size for field in sample.fields if field.equals is not None)
    if checksum.name == NONE and marks < MARKS_WITHOUT_CHECKSUM:
        raise ConfigError(
            "checksum.kind",
            "Without a checksum these frames cannot be told from noise",
            "Name the checksum, or give the frame fixed bytes with 'equals'.",
        )


def check_size(
    frame: FramePlan, checksum: Checksum, framing: CobsSpec | SyncSpec | LineSpec
) -> None:
    """Refuse a binary frame that is longer than the longest one, or than all are."""
    if isinstance(framing, LineSpec):
        return
    path, size = f"frame.{frame.name}.fields", frame.size + checksum.size
    if size > framing.max_frame_bytes:
        raise ConfigError(
            path,
            f"The frame has {size} bytes, framing.max_frame_bytes is {framing.max_frame_bytes}",
            "Raise max_frame_bytes or mend the fields.",
        )
    if isinstance(framing, SyncSpec) and framing.frame_bytes not in (None, size):
        raise ConfigError(
            path,
            f"The frame has {size} bytes, framing.frame_bytes is {framing.frame_bytes}",
            "Mend one of them; bytes of no meaning are fields without 'fills'.",
        )
