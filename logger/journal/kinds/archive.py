"""What the archive made of the journal and vouches for."""

from typing import Literal

from logger.journal.kinds.payload import Payload

SealSubject = Literal["session", "unassigned"]


class SealMade(Payload, frozen=True, kw_only=True):
    """A session, or a pen's unassigned samples of a day, was sealed; ``docs/archive.md``.

    ``name`` is the session's id, or ``<pen>/<YYYY-MM-DD>``. Revisions count from 1;
    ``former_sha256`` is the manifest's hash of the one before, empty for the first.
    ``files`` gives each file's SHA-256 by its name. Positions are those of the first and
    last entry that was taken into account. ``leaf_hash`` is the manifest's leaf in the tree
    (RFC 9162). All hashes are hex.
    """

    subject: SealSubject
    name: str
    revision: int
    manifest_sha256: str
    leaf_hash: str
    files: dict[str, str]
    samples: int
    from_position: int
    to_position: int
    former_sha256: str = ""
