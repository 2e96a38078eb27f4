"""What a bundle consists of: names of files, and what stands in those that are JSON.

``docs/bundles.md`` describes the form for people; ``verify.py`` beside this file checks it
without sharing any of this code.
"""

import msgspec

from logger.archive.places import manifest_name, signature_name
from logger.errors import ProofFailed

FORMAT = "needlelog-bundle@1"
NAMESPACE = "needlelog-bundle@1"
"""The purpose that the signature of the list of files names."""

GUIDE = "VERIFY.md"
SCRIPT = "verify.py"
REPORT = "session.pdf"
CSV = "samples.csv"
ENTRIES = "entries.jsonl"
TOLD = "bundle.json"
HEAD = "head.json"
HEAD_SIGNATURE = "head.json.sig"
LATER_HEAD = "later.json"
LATER_HEAD_SIGNATURE = "later.json.sig"
SIGNERS = "allowed_signers"
LIST = "files.json"
LIST_SIGNATURE = "files.json.sig"
PRINCIPAL = "needlelog"

VOUCHING_KINDS = ("head.signed", "key.made", "key.revoked")
"""Kinds that are handed out whole whosever they are: they say nothing of a person."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An entry. ``payload`` is base64, None if it was erased; UNSET where it is not handed out.

    ``previous`` is the chain hash before it, told where that is not the line before's. In a
    recovered file it may be lost: then the entry's own ``chain_hash`` is told.
    """

    position: int
    time_unix_ns: int
    kind: str
    stream: str
    actor: str
    payload_sha256: str
    payload: str | msgspec.UnsetType | None = msgspec.UNSET
    previous: str = ""
    chain_hash: str = ""


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """Where a revision's seal stands: its entry, and its place and proof in the head's tree.

    ``index`` is None for one that was sealed in an earlier journal file, which has a tree
    of its own.
    """

    revision: int
    position: int
    index: int | None
    proof: tuple[str, ...]


class BundleTold(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle says of itself.

    ``consistency`` are the hashes that lead from the head's tree to the later head's (RFC
    9162, 2.1.4), none where there is no later head or none is needed.
    """

    format: str
    made_by: str
    session: str
    seals: tuple[Leaf, ...]
    consistency: tuple[str, ...] = ()


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the bundle, unpacked and as it is packed (deflated)."""

    name: str
    bytes: int
    sha256: str
    packed_bytes: int
    packed_sha256: str


class FileList(msgspec.Struct, frozen=True, kw_only=True):
    """All files before the list, in their order."""

    format: str
    session: str
    files: tuple[Listed, ...]


def names(revisions: int, samples_file: str, *, has_later_head: bool) -> list[str]:
    """Return the names of all files before the list, in order; ``samples_file`` may be empty."""
    manifests = [
        name
        for revision in range(1, revisions + 1)
        for name in (manifest_name(revision), signature_name(revision))
    ]
    samples = [samples_file] if samples_file else []
    later = [LATER_HEAD, LATER_HEAD_SIGNATURE] if has_later_head else []
    return [
        *(GUIDE, SCRIPT, CSV, REPORT, *samples, *manifests, ENTRIES),
        *(TOLD, HEAD, HEAD_SIGNATURE, *later, SIGNERS),
    ]


def check_format(told: str) -> None:
    """Return if ``told`` is the form that is known here; ProofFailed if not."""
    if told != FORMAT:
        raise ProofFailed(f"its form is {told!r}, this needlelog reads {FORMAT}")
