"""The manifest of a seal: what was sealed, from which entries, and how complete it is.

JSON, one field a line. Signed and hashed are the file's bytes as they are; nothing has to
be brought into a form first. ``docs/archive.md`` lists the fields for people.
"""

from typing import Any

import msgspec

from drivers.model import Anchor, HostTime
from logger.errors import ProofFailed
from logger.journal.kinds import SealSubject
from logger.session.model import PenSeen, Session

FORMAT = "needlelog-manifest@1"
NAMESPACE = "needlelog-manifest@1"
"""The purpose that a manifest's signature names."""

EntryHash = tuple[int, str, str]
"""Position, kind and chain hash (hex) of an entry."""


class SealedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file beside the manifest."""

    sha256: str
    bytes: int


class JournalPart(msgspec.Struct, frozen=True, kw_only=True):
    """From which position on entries are those of the journal file with that id."""

    id: str
    from_position: int


class Software(msgspec.Struct, frozen=True, kw_only=True):
    """A start of the recorder: its version, and the settings that what it recorded depends on.

    ``settings_sha256`` is that of all settings without secrets.
    """

    position: int
    time_unix_ns: int
    version: str
    settings_sha256: str
    settings: dict[str, Any]


class ClockReading(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of the host's clock; ``anchor`` is set where the pen's was tied to it."""

    position: int
    kind: str
    reason: str
    host: HostTime
    host_boot_id: str
    anchor: Anchor | None = None


class GapTold(msgspec.Struct, frozen=True, kw_only=True):
    """Samples known to be missing; ``count`` is None where nobody can tell how many."""

    position: int
    cause: str
    count: int | None
    from_sequence: int | None
    to_sequence: int | None
    from_unix_ns: int | None
    to_unix_ns: int | None


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """``share`` of the samples that are there; it leaves out gaps of unknown count.

    None where the pen does not count its samples, or there are none. ``payloads_missing``
    are positions of samples that the journal no longer gave when they were sealed.
    """

    samples: int
    samples_missing: int
    gaps_uncounted: int
    share: float | None
    gaps: tuple[GapTold, ...]
    payloads_missing: tuple[int, ...] = ()


class SamplesPart(msgspec.Struct, frozen=True, kw_only=True):
    """The samples: ``file`` is empty where there are none.

    ``revision`` is the one that wrote the file and lists the entries of its blocks.
    ``counted`` tells whether the pen counts its samples. ``ranges`` are first and last
    position of stretches of blocks. ``digest`` is SHA-256 over position (u64,
    little-endian) and chain hash of every block's entry, in order.
    """

    revision: int
    file: str
    rows: int
    blocks: int
    counted: bool
    digest: str
    ranges: tuple[tuple[int, int], ...]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one revision. ``session`` is None for unassigned samples.

    ``entries`` are all that it rests on; those of samples stand in the revision alone that
    ``samples`` names.
    """

    format: str
    subject: SealSubject
    name: str
    revision: int
    former_sha256: str
    sealed_by: str
    site: str
    pen: str
    simulated: bool
    pens: tuple[PenSeen, ...]
    software: tuple[Software, ...]
    clock: tuple[ClockReading, ...]
    completeness: Completeness
    samples: SamplesPart
    files: dict[str, SealedFile]
    journals: tuple[JournalPart, ...]
    session: Session | None
    entries: tuple[EntryHash, ...]


class Former(msgspec.Struct, frozen=True, kw_only=True):
    """What a later revision needs of the one before."""

    format: str
    completeness: Completeness
    samples: SamplesPart
    files: dict[str, SealedFile]


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the file's bytes: the same for the same manifest."""
    fields = (
        msgspec.json.encode(name) + b": " + msgspec.json.encode(getattr(manifest, name))
        for name in manifest.__struct_fields__
    )
    return b"{\n" + b",\n".join(fields) + b"\n}\n"


def read_former(content: bytes) -> Former:
    """Return what ``content``, a manifest's bytes, says; ProofFailed if it is none of this form."""
    try:
        former = msgspec.json.decode(content, type=Former)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProofFailed(f"this is no manifest: {error}") from error
    if former.format != FORMAT:
        raise ProofFailed(f"its form is {former.format}, this needlelog reads {FORMAT}")
    return former
