"""The compiled profile: what decoder, encoder, port and recorder ask of a pen's file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from drivers.checksum import Checksum, checksum_names, find_checksum
from drivers.errors import ConfigError
from drivers.model import ColumnLayout, Flag
from drivers.profile.compiling import compile_code, compile_field
from drivers.profile.framing_rules import (
    check_checksum,
    check_framing,
    check_size,
    check_types,
    payload_offset,
)
from drivers.profile.plan import FieldPlan, FramePlan
from drivers.profile.rules import check_frame, check_keys
from drivers.profile.schema import (
    ByteOrder,
    ChecksumSpec,
    CobsSpec,
    ExampleSpec,
    FrameSpec,
    LineSpec,
    PortSettings,
    ProfileFile,
    SyncSpec,
    UsbMatch,
)


@dataclass(frozen=True)
class Profile:
    """A pen as its file describes it. ``frames`` are in the file's order, one is the sample.

    ``identify`` is what to write to ask for an IDENTITY; None means never to write.
    ``hash`` is the SHA-256, in hex, of what the file says, whatever its layout.
    """

    name: str
    title: str
    port: PortSettings
    usb: tuple[UsbMatch, ...]
    sample_period_us: int | None
    identify: bytes | None
    byte_order: ByteOrder
    framing: CobsSpec | SyncSpec | LineSpec
    checksum: Checksum
    checksum_spec: ChecksumSpec
    type_offset: int | None
    payload_offset: int
    frames: tuple[FramePlan, ...]
    examples: tuple[ExampleSpec, ...]
    hash: str

    @cached_property
    def sample(self) -> FramePlan:
        """The one frame that carries samples."""
        return next(frame for frame in self.frames if frame.role == "sample")

    @cached_property
    def by_type(self) -> Mapping[int | str | None, FramePlan]:
        """Frames by type byte or word; None is the only frame of a pen without types."""
        return {frame.type: frame for frame in self.frames}

    @property
    def layouts(self) -> tuple[ColumnLayout, ...]:
        """How the raw columns of this pen's samples become channels."""
        return self.sample.layouts

    @property
    def flags_known(self) -> Flag:
        """The status bits that this pen tells."""
        return self.sample.flags_known

    @property
    def sequence_modulus(self) -> int | None:
        """The count at which the sequence is 0 again, at most 2**62; None without sequence."""
        return _modulus(self.sample.filled.get("sequence"))

    @property
    def ticks_modulus_us(self) -> int | None:
        """The µs after which the ticks are 0 again, at most 2**62; None without ticks."""
        ticks = self.sample.filled.get("ticks")
        modulus = _modulus(ticks)
        if modulus is None or ticks is None or ticks.layout is None:
            return None
        return modulus * ticks.layout.numerator // ticks.layout.denominator

    @property
    def sends_identity(self) -> bool:
        """Whether the pen names itself; else the settings give its name."""
        return any(frame.role == "identity" for frame in self.frames)

    @property
    def is_text(self) -> bool:
        """Whether the pen sends lines of text."""
        return isinstance(self.framing, LineSpec)


def _modulus(field: FieldPlan | None) -> int | None:
    return field.modulus if field else None


def compile_profile(file: ProfileFile) -> Profile:
    """Return the profile that ``file`` describes; ``ConfigError`` names the key that is wrong."""
    check_framing(file.framing)
    checksum = _checksum(file)
    typed = check_types(file.framing, file.frame)
    start = payload_offset(file.framing, typed=typed)
    frames = tuple(
        _compile_frame(f"frame.{name}", name, spec, file, start)
        for name, spec in file.frame.items()
    )
    samples = [frame.name for frame in frames if frame.role == "sample"]
    if len(samples) != 1:
        raise ConfigError(
            "frame",
            f"{len(samples)} frames have the role sample" if samples else "No frame is a sample",
            'Give exactly one frame role = "sample".',
        )
    profile = Profile(
        name=file.name,
        title=file.title,
        port=file.port,
        usb=tuple(file.usb),
        sample_period_us=file.sample_period_us,
        identify=file.identify,
        byte_order=file.byte_order,
        framing=file.framing,
        checksum=checksum,
        checksum_spec=file.checksum,
        type_offset=_type_offset(file.framing) if typed else None,
        payload_offset=start,
        frames=frames,
        examples=tuple(file.example),
        hash=_hash(file),
    )
    check_checksum(profile.framing, checksum, file.checksum, profile.sample)
    for frame in frames:
        check_size(frame, checksum, profile.framing)
    return profile


def _type_offset(framing: CobsSpec | SyncSpec | LineSpec) -> int | None:
    return None if isinstance(framing, LineSpec) else framing.type_offset


def _checksum(file: ProfileFile) -> Checksum:
    kind = file.checksum.kind
    try:
        return find_checksum(kind)
    except KeyError as error:
        near = get_close_matches(kind, checksum_names(), n=3, cutoff=0.4)
        mend = f"Did you mean {' or '.join(near)}?" if near else "Use none, xor-hex or a CRC."
        raise ConfigError("checksum.kind", f"No checksum is called {kind!r}", mend) from error


def _compile_frame(
    path: str, name: str, spec: FrameSpec, file: ProfileFile, start: int
) -> FramePlan:
    text = isinstance(file.framing, LineSpec)
    fields: list[FieldPlan] = []
    at = start
    for index, field in enumerate(spec.fields):
        field_path = f"{path}.fields.{field.name or field.fills or f'#{index + 1}'}"
        check_keys(field_path, field, spec.role, text=text)
        at = start + field.at if field.at is not None else at
        plan = compile_field(field_path, field, spec.role, at, file.byte_order, text=text)
        fields.append(plan)
        at += 1 if text else plan.size
    value = next((field for field in spec.fields if field.fills == "value"), spec.fields[0])
    codes = {
        _code(f"{path}.codes.{code}", code): compile_code(f"{path}.codes.{code}", meant, value)
        for code, meant in spec.codes.items()
    }
    frame = FramePlan(name, spec.role, spec.type, tuple(fields), at, codes)
    check_frame(path, spec, frame, start)
    return frame


def _code(path: str, code: str) -> int:
    try:
        return int(code, 0)
    except ValueError as error:
        raise ConfigError(path, f"{code!r} is no code", "Use a whole number.") from error


def _hash(file: ProfileFile) -> str:
    content = json.dumps(file.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()
