"""One round of the archive's work: seal what is due, sign a head, then erase, prune and drop.

Run by the service in a child process, or by a person. One at a time: a lock in the data
directory keeps a second away.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from logger.archive.heads import newest_head
from logger.archive.ledger import Ledger
from logger.archive.members import Members, session_members
from logger.archive.places import ARCHIVE
from logger.archive.retention.settings import RetentionSettings
from logger.archive.retention.upkeep import keep_up
from logger.archive.seal_rules import MAKE_SEAL, seal_arguments
from logger.archive.sealing import Sealer
from logger.archive.signing import Order, sign_head, signing_key
from logger.archive.unassigned import Look, look, remember
from logger.errors import CommandRefused, JournalError, NotRunning, ProofFailed, SinkUnavailable
from logger.journal.files import make_data_directory
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.store import Sessions, load_sessions

LOCK_FILE = "round.lock"
HEAD_EVERY_NS = 3590 * 1_000_000_000
"""A little under the hour between rounds, which another clock measures."""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A revision that was made."""

    subject: str
    name: str
    revision: int
    samples: int


class Round(msgspec.Struct, kw_only=True):
    """What a round came to; ``failed`` says what could not be done, and why.

    ``pruned`` and ``erased`` count payloads that left the journal, ``dropped`` refused items
    and damaged files whose time was over.
    """

    sealed: list[Sealed] = []
    pruned: int = 0
    erased: int = 0
    dropped: int = 0
    failed: list[str] = []
    head_position: int | None = None


def run_round(
    data_dir: Path,
    order: Order,
    now_unix_ns: Callable[[], int],
    retention: RetentionSettings | None = None,
) -> Round:
    """Seal what is due and sign a head if a seal has none yet or the last is an hour old.

    Then carry out what was ordered to be erased, and prune; nothing of that without
    ``retention``. ``order`` carries what was made to the journal. What fails is told and
    does not hinder the rest. CommandRefused if another round is under way, NotRunning if the
    recorder is gone, ConfigError if the signing key is missing.
    """
    done = Round()
    with JournalReader(data_dir) as reader, _alone(data_dir):
        key = signing_key(data_dir, order)
        ledger = Ledger.read(reader)
        one = _Making(Sealer(data_dir, reader, key.sign), order, ledger.position, done)
        with load_sessions(data_dir) as sessions:
            _seal_sessions(one, ledger, sessions)
        _seal_unassigned(one, look(data_dir, ledger, now_unix_ns()), data_dir)
        newest = newest_head(reader)
        # By a clock that was set back since, the last head lies in the future.
        due = newest is None or abs(now_unix_ns() - newest.time_unix_ns) >= HEAD_EVERY_NS
        # A round before this one may have been killed between a seal and its head.
        is_bare = any(newest and last.position > newest.position for _, last in ledger.seals())
        if done.sealed or is_bare or due:
            done.head_position = sign_head(data_dir, order, now_unix_ns).position
        if retention is not None:
            kept = keep_up(data_dir, order, retention, now_unix_ns)
            done.pruned, done.erased, done.dropped = kept.pruned, kept.erased, kept.dropped
            done.failed += kept.failed
    return done


class _Making:
    """Seals one after another, and notes what became of each."""

    def __init__(self, sealer: Sealer, order: Order, seen_position: int, done: Round) -> None:
        self._sealer = sealer
        self._order = order
        self._seen_position = seen_position
        self.done = done

    def make(self, members: Members, session: Session | None) -> None:
        """Seal, and make it true."""
        subject = members.due.subject
        try:
            seal = self._sealer.seal(members, session)
            if seal is None:
                return
            arguments = seal_arguments(seal, subject.pen, self._seen_position)
            self._order(MAKE_SEAL, arguments)
        except NotRunning:
            raise
        except (CommandRefused, JournalError, ProofFailed, SinkUnavailable) as error:
            self.done.failed.append(f"{subject.name}: {error}")
            return
        self.done.sealed.append(
            Sealed(
                subject=seal.subject,
                name=seal.name,
                revision=seal.revision,
                samples=seal.samples,
            )
        )


def _seal_sessions(one: _Making, ledger: Ledger, sessions: Sessions) -> None:
    for due in ledger.sessions_due():
        session = sessions.session(due.subject.name)
        if session is not None and session.state == "stopped":
            one.make(session_members(due, session), session)


def _seal_unassigned(one: _Making, found: Look, data_dir: Path) -> None:
    failed = len(one.done.failed)
    for members in found.members:
        one.make(members, None)
    if len(one.done.failed) > failed:
        return
    try:
        remember(data_dir, found.looked)
    except SinkUnavailable as error:
        one.done.failed.append(str(error))


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the right to seal; the kernel takes it back from whoever is killed."""
    try:
        make_data_directory(data_dir / ARCHIVE)
        path = data_dir / ARCHIVE / LOCK_FILE
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SinkUnavailable(f"{data_dir / ARCHIVE}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CommandRefused("another round of sealing is under way", "Wait for it") from None
    finally:
        os.close(descriptor)
