"""What left the journal or was erased, what may not be, and by whose order."""

import msgspec

from logger.journal.kinds.payload import Payload
from logger.journal.kinds.record import Retagged

Positions = tuple[int, int]
"""The first and the last position of a stretch, both included."""


class PayloadsPruned(Payload, frozen=True, kw_only=True):
    """The pen's blocks in ``ranges`` are served from ``file`` from here on.

    Each block of the file, which has the SHA-256 (hex) ``file_sha256``, was compared with its
    entry's payload hash. ``file`` is relative to the data directory; ``blocks`` counts.
    """

    subject: str
    name: str
    file: str
    file_sha256: str
    ranges: tuple[Positions, ...]
    blocks: int


class ErasedStretch(msgspec.Struct, frozen=True):
    """Positions of a pen, both included, whose blocks were an erased session's."""

    pen: str
    session: str
    from_position: int
    to_position: int


class ClientErased(Payload, frozen=True, kw_only=True):
    """The sessions of a client are erased, by order of ``account``. It names no client.

    From here on ``sessions`` do not exist. ``stretches`` are their blocks, ``statements`` the
    positions of all other entries that told of them; their payloads go. ``pens`` are those
    of all the sessions: one without samples has no stretch. ``erasure`` is the random id of
    the order. ``replayed`` tells that a restored copy was erased once more.
    """

    erasure: str
    sessions: tuple[str, ...]
    stretches: tuple[ErasedStretch, ...]
    statements: tuple[int, ...]
    account: str
    reason: str
    replayed: bool = False
    pens: tuple[str, ...] = ()


class ClientErasureDone(Payload, frozen=True, kw_only=True):
    """All that the erasure names is gone: ``payloads`` of this journal, and ``files``.

    ``files`` are those that held anything of it, relative to the data directory; among them
    may be superseded samples of other subjects, whose later revisions have what is theirs.
    """

    erasure: str
    payloads: int
    files: tuple[str, ...]


class SessionRestated(Payload, frozen=True, kw_only=True):
    """A stopped session as it stands, because entries that it rested on are erased.

    ``document`` is the whole session as JSON (``logger.session.model.Session``).
    """

    session: str
    document: msgspec.Raw
    nonce: str
    retagged: tuple[Retagged, ...] = ()


class DamagedEmptied(Payload, frozen=True, kw_only=True):
    """A ``file`` that was set aside is emptied: ``recovered`` has all that it told.

    ``bytes`` is how long it was; its name stays.
    """

    file: str
    recovered: str
    bytes: int


class HoldSet(Payload, frozen=True, kw_only=True):
    """Nothing of a session, or of all sessions of a client, may be pruned or erased.

    One of ``session`` and ``client`` is empty.
    """

    hold: str
    reason: str
    account: str
    nonce: str
    session: str = ""
    client: str = ""


class HoldLifted(Payload, frozen=True, kw_only=True):
    hold: str
    reason: str
    account: str
    nonce: str
