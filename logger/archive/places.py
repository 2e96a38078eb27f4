"""Where sealed files lie in a data directory, and under which names.

::

    archive/sessions/<session id>/               manifest-<n>.json, .sig, samples-<n>.parquet
    archive/unassigned/<pen>/<YYYY-MM-DD>/       the same
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from logger.journal.kinds import SealSubject

ARCHIVE = "archive"
_PLAIN = " -_.+"
_NAME_BYTES_MAX = 200
_NAME_KEPT = 40
_ROOMS: dict[SealSubject, str] = {"session": "sessions", "unassigned": "unassigned"}


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What is sealed: a session by its id, or a pen's unassigned samples of a day (UTC).

    ``name`` is the session's id, or ``<pen>/<YYYY-MM-DD>``.
    """

    kind: SealSubject
    name: str
    pen: str

    @property
    def day(self) -> str:
        """The day of unassigned samples; empty for a session."""
        return self.name.rpartition("/")[2] if self.kind == "unassigned" else ""

    def directory(self, data_dir: Path) -> Path:
        """Return where its files lie."""
        room = data_dir / ARCHIVE / _ROOMS[self.kind]
        if self.kind == "session":
            return room / self.name
        return room / quoted(self.pen) / self.day


def pen_day(pen: str, day: str) -> Subject:
    """Return the subject of what ``pen`` said on ``day`` without a session."""
    return Subject("unassigned", f"{pen}/{day}", pen)


def quoted(text: str) -> str:
    """Return ``text`` as the name of one directory, whatever a pen calls itself.

    Two texts never have one name: what is escaped or cut off says so.
    """
    name = "".join(one if one.isalnum() or one in _PLAIN else quote(one, "") for one in text)
    if not name.strip("."):
        name = name.replace(".", "%2E")
    if len(name.encode()) <= _NAME_BYTES_MAX:
        return name
    return f"{name[:_NAME_KEPT]}~{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def samples_name(revision: int) -> str:
    """Return the name of the samples that were written with that revision."""
    return f"samples-{revision}.parquet"


def manifest_name(revision: int) -> str:
    """Return the name of the manifest of that revision."""
    return f"manifest-{revision}.json"


def signature_name(revision: int) -> str:
    """Return the name of the signature of the manifest of that revision."""
    return f"{manifest_name(revision)}.sig"
