"""The shape of a pen profile as a person writes it in TOML; ``docs/profiles.md`` explains it.

Only what one key says by itself is checked here; ``rules`` checks keys against each other.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from drivers.profile.units import Exact

ByteOrder = Literal["little", "big"]
Role = Literal["sample", "identity", "setting", "cartridge", "text"]


def _from_hex(value: object) -> bytes:
    try:
        if isinstance(value, str) and (data := bytes.fromhex(value)):
            return data
    except ValueError:
        pass
    raise PydanticCustomError(
        "hex",
        "{value} are no bytes in hex",
        {"value": repr(value), "mend": 'Write two hex digits a byte, such as "AA 55".'},
    )


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise PydanticCustomError(
            "pattern",
            "{value} is no regular expression",
            {"value": repr(value), "mend": f"It breaks at: {error}."},
        ) from error
    return value


def _stop_bits(value: object) -> float:
    if value in (1, 2, Decimal("1.5")):
        return float(str(value))
    raise PydanticCustomError(
        "stop_bits", "{value} are no stop bits", {"value": str(value), "mend": "Use 1, 1.5 or 2."}
    )


HexBytes = Annotated[bytes, PlainValidator(_from_hex), PlainSerializer(lambda b: b.hex())]
Pattern = Annotated[str, PlainValidator(_pattern)]
StopBits = Annotated[float, PlainValidator(_stop_bits)]
Character = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[!-~ \t]$")]


class Table(BaseModel):
    """Base of all tables of a profile: no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PortSettings(Table):
    """How to open the port. None leaves a line or flag as the system has it."""

    baud_rate: int = Field(default=115_200, ge=50, le=12_000_000)
    byte_size: Literal[5, 6, 7, 8] = 8
    parity: Literal["N", "E", "O", "M", "S"] = "N"
    stop_bits: StopBits = 1
    dtr: bool | None = None
    rts: bool | None = None
    hupcl: bool | None = None
    exclusive: bool = True


class UsbMatch(Table):
    """A USB adapter or pen that ``auto`` may open. None matches any."""

    vid: int = Field(ge=0, le=0xFFFF)
    pid: int | None = Field(default=None, ge=0, le=0xFFFF)
    serial: Pattern | None = None


class CobsSpec(Table):
    """COBS frames, each ended by 0x00. ``max_frame_bytes`` counts decoded bytes."""

    kind: Literal["cobs"]
    max_frame_bytes: int = Field(default=256, ge=4, le=4096)
    type_offset: int = Field(default=0, ge=0, le=64)
    payload_offset: int | None = Field(default=None, ge=0, le=128)


class LengthSpec(Table):
    """The length field of a frame after a sync word, and what its value counts."""

    offset: int = Field(ge=1, le=64)
    type: Literal["u8", "u16", "u32"] = "u8"
    byte_order: ByteOrder | None = None
    counts: Literal["frame", "rest", "payload"]
    add: int = Field(default=0, ge=-4096, le=4096)
    min: int = Field(default=0, ge=0)
    max: int | None = Field(default=None, ge=0)


class SyncSpec(Table):
    """Frames that begin with a sync word and tell their length, or all have ``frame_bytes``."""

    kind: Literal["sync"]
    sync: HexBytes
    length: LengthSpec | None = None
    frame_bytes: int | None = Field(default=None, ge=4, le=4096)
    max_frame_bytes: int = Field(default=256, ge=4, le=4096)
    type_offset: int | None = Field(default=None, ge=0, le=64)
    payload_offset: int | None = Field(default=None, ge=0, le=128)


class LineSpec(Table):
    """Lines of text with separated fields. ``start`` is the character that begins a line."""

    kind: Literal["line"]
    separator: Character = ","
    start: Character | None = None
    terminator: Literal["\n", "\r\n", "\r"] = "\n"
    max_frame_bytes: int = Field(default=256, ge=4, le=4096)


FramingSpec = Annotated[CobsSpec | SyncSpec | LineSpec, Field(discriminator="kind")]


class ChecksumSpec(Table):
    """``none``, ``xor-hex``, or a CRC by its catalogue name such as ``crc-16/modbus``."""

    kind: str = "none"
    byte_order: ByteOrder = "little"
    covers_from: int = Field(default=0, ge=0, le=64)


class FieldSpec(Table):
    """One field of a frame, in the order of the wire."""

    type: str
    fills: str | None = None
    name: str | None = None
    at: int | None = Field(default=None, ge=0, le=4096)
    byte_order: ByteOrder | None = None
    decimals: int = Field(default=0, ge=0, le=9)
    max_bytes: int | None = Field(default=None, ge=1, le=4096)
    prefix: str = ""
    suffix: str = ""
    unit: str = ""
    scale: Exact = Fraction(1)
    offset: Exact = Fraction(0)
    range: list[Exact] | None = Field(default=None, min_length=2, max_length=2)
    absent: int | str | None = None
    equals: int | str | None = None
    modulus: Exact | None = None
    bits: dict[str, str] = {}


class CodeSpec(Table):
    """What a SETTING of one code means, and the unit of its value."""

    name: str
    unit: str = ""
    scale: Exact = Fraction(1)
    range: list[Exact] | None = Field(default=None, min_length=2, max_length=2)


class FrameSpec(Table):
    """A kind of frame: the type by which it is known, its role, its fields."""

    role: Role
    type: int | str | None = None
    fields: list[FieldSpec] = Field(min_length=1)
    codes: dict[str, CodeSpec] = {}


class ExampleSpec(Table):
    """A whole frame as it stands on the wire, and what it must decode to."""

    name: str
    bytes: HexBytes | None = None
    text: str | None = None
    expect: dict[str, object] = {}
    refused: str | None = None


class ProfileFile(Table):
    """A whole profile file."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    title: str = Field(min_length=1)
    sample_period_us: int | None = Field(default=None, ge=1, le=60_000_000)
    byte_order: ByteOrder = "little"
    identify: HexBytes | None = None
    port: PortSettings = PortSettings()
    usb: list[UsbMatch] = []
    framing: FramingSpec
    checksum: ChecksumSpec = ChecksumSpec()
    frame: dict[str, FrameSpec]
    example: list[ExampleSpec] = []
