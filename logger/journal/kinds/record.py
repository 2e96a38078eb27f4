"""What becomes of a session's record after the treatment: amendments, reviews, signatures.

Nothing here takes anything back: each entry names what was before. ``account`` is the id
of the account that was authenticated, empty where none was asked for.
"""

import msgspec

from logger.journal.kinds.clinical import ClinicalForm
from logger.journal.kinds.payload import Payload


class Tags(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To which session, side and zone samples belong; the last two are None in a pause."""

    session: str
    side: str | None = None
    zone: str | None = None
    paused: bool = False


class Retagged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Positions of the pen's blocks, both included, whose tags change; None is unassigned."""

    from_position: int
    to_position: int
    former: Tags | None = None
    now: Tags | None = None


class SessionAmended(Payload, frozen=True, kw_only=True):
    """One value of a stopped session was corrected.

    ``what`` is a path: ``client``, ``practitioner``, ``indication``, ``cartridge``,
    ``note.<position>``, ``segment.<n>.side``, ``segment.<n>.zone`` or
    ``segment.<n>.from_position``. Values are texts; a cartridge is JSON. ``at_unix_ns`` is
    when the first sample of a new border was taken.
    """

    session: str
    what: str
    former: str
    now: str
    reason: str
    nonce: str
    account: str = ""
    at_unix_ns: int | None = None
    retagged: tuple[Retagged, ...] = ()


class SessionClinical(Payload, frozen=True, kw_only=True):
    """The clinical form as it stands from here on, and as it stood before.

    ``reason`` is there where a value was changed that had been entered before.
    """

    session: str
    form: ClinicalForm
    nonce: str
    former: ClinicalForm | None = None
    reason: str = ""
    account: str = ""


class SessionReviewed(Payload, frozen=True, kw_only=True):
    """Someone looked at the record; ``state_hash`` names the state that was looked at."""

    session: str
    account: str
    name: str
    role: str
    state_hash: str
    nonce: str
    remark: str = ""


class SessionSigned(Payload, frozen=True, kw_only=True):
    """A signature: who, what it means, and the hash of the state that was shown."""

    session: str
    account: str
    name: str
    role: str
    meaning: str
    state_hash: str
    nonce: str


class SessionSplit(Payload, frozen=True, kw_only=True):
    """From ``at_position`` on, a block of the pen, ``session`` is another session, ``into``."""

    session: str
    into: str
    at_position: int
    at_unix_ns: int
    client: str
    practitioner: str
    reason: str
    nonce: str
    account: str = ""
    retagged: tuple[Retagged, ...] = ()


class SessionMerged(Payload, frozen=True, kw_only=True):
    """All that ``merged``, a later session of the same pen, held is ``session``'s now."""

    session: str
    merged: str
    reason: str
    nonce: str
    account: str = ""
    retagged: tuple[Retagged, ...] = ()


class SamplesAssigned(Payload, frozen=True, kw_only=True):
    """Blocks that were recorded without a session belong to ``session`` from now on.

    Positions are those of the first and last block; times those of the first and last sample.
    """

    session: str
    from_position: int
    to_position: int
    from_unix_ns: int
    to_unix_ns: int
    side: str
    zone: str
    reason: str
    nonce: str
    account: str = ""
    retagged: tuple[Retagged, ...] = ()
