"""A round of sealing is killed at each of its calls that write, sync, name or remove a file.

strace injects the signal as a thread begins its Nth call of one kind on a file of the archive or
of the journal. Every round starts from a copy of one data directory: a session that is
sealed and was noted upon, one that is new, and a day of unassigned samples.
"""

import hashlib
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import click
import msgspec

from logger.archive.ledger import Ledger
from logger.archive.manifest import Manifest
from logger.archive.places import Subject, manifest_name, signature_name
from logger.archive.samples_reading import read_payloads
from logger.journal.kinds import SealMade, SessionNote
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from tests.support.archived import append_at, archive, seals
from tests.support.recorder_process import NEEDLELOG, PATIENCE_S, environment
from tests.support.report import Row
from tests.support.stories import PEN, SESSION, Story, sample_block

CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "mkdir", "ftruncate")
LONG_AGO_NS = 1_767_225_600_000_000_000
_OTHER = "20260101-zz99"
_DAY = "2026-01-01"
_SUBJECTS = (
    Subject("session", SESSION, PEN),
    Subject("session", _OTHER, PEN),
    Subject("unassigned", f"{PEN}/{_DAY}", PEN),
)


@dataclass
class Sweep:
    """What kills came to, by call."""

    kills: Counter[str] = field(default_factory=Counter)


def prepare(base: Path) -> None:
    """Make the data directory that every round starts from a copy of."""
    story = Story()
    story.started()
    story.samples(sample_block(20))
    story.stopped()
    append_at(base, story, LONG_AGO_NS)
    archive(base, LONG_AGO_NS)
    story = Story()
    story.append(SessionNote(session=SESSION, text="even", nonce="00"))
    story.started(_OTHER)
    story.samples(sample_block(200, first=20))
    story.stopped(_OTHER)
    story.samples(sample_block(20, first=220))
    append_at(base, story, LONG_AGO_NS)


def kill_at(base: Path, data_dir: Path, call: str, number: int) -> bool:
    """Kill a round at that call and see that the next makes it whole; False if there was none."""
    shutil.copytree(base, data_dir)
    killed = _run(data_dir, call, number)
    assert_nothing_is_told_that_is_not_there(data_dir)
    archive(data_dir, LONG_AGO_NS + 86_400_000_000_000)
    assert_whole(data_dir)
    return killed


def _run(data_dir: Path, call: str, number: int) -> bool:
    paths = [part for path in _paths(data_dir) for part in ("-P", str(path))]
    injected = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
    command = ["strace", "-D", "-f", "-qqq", "-o", "/dev/null", *paths, *injected]
    command += [NEEDLELOG, "--data-dir", str(data_dir), "archive", "seal"]
    done = subprocess.run(
        command, capture_output=True, env=environment(), timeout=PATIENCE_S, check=False
    )
    killed = done.returncode == -signal.SIGKILL
    assert killed or not done.returncode, done.stderr.decode()
    return killed


def _paths(data_dir: Path) -> Iterator[Path]:
    room = data_dir / "archive"
    yield from (room, room / "unassigned", room / "unassigned" / PEN, room / "sessions")
    yield from (room / "looked.json", room / "looked.json.unfinished")
    for subject in _SUBJECTS:
        directory = subject.directory(data_dir)
        yield directory
        for name in ("samples-1.parquet", *(manifest_name(n) for n in (1, 2))):
            yield from (directory / name, directory / f"{name}.unfinished")
        for revision in (1, 2):
            name = signature_name(revision)
            yield from (directory / name, directory / f"{name}.unfinished")
    yield from (data_dir / "journal.db", data_dir / "journal.db-wal", data_dir / "journal.head")


def assert_nothing_is_told_that_is_not_there(data_dir: Path) -> None:
    """Fail unless the journal is whole and every seal that it tells of lies on the drive."""
    found = verify(data_dir)
    assert found.good, found.problem
    for seal in seals(data_dir):
        _assert_there(data_dir, seal)


def _assert_there(data_dir: Path, seal: SealMade) -> None:
    directory = Subject(seal.subject, seal.name, PEN).directory(data_dir)
    content = (directory / manifest_name(seal.revision)).read_bytes()
    assert hashlib.sha256(content).hexdigest() == seal.manifest_sha256
    assert (directory / signature_name(seal.revision)).read_text().startswith("-----BEGIN SSH SIG")
    for name, digest in seal.files.items():
        assert hashlib.sha256((directory / name).read_bytes()).hexdigest() == digest


def assert_whole(data_dir: Path) -> None:
    """Fail unless everything is sealed once, as it is now, and nothing lies about."""
    assert_nothing_is_told_that_is_not_there(data_dir)
    told = [(one.name, one.revision, one.samples) for one in seals(data_dir)]
    assert sorted(told) == sorted(
        [(SESSION, 1, 20), (SESSION, 2, 20), (_OTHER, 1, 200), (f"{PEN}/{_DAY}", 1, 20)]
    )
    assert not list((data_dir / "archive").rglob("*.unfinished"))
    with JournalReader(data_dir) as reader:
        assert not list(Ledger.read(reader).sessions_due())
        blocks = {one.position: one.payload for one in reader.entries(kinds=["samples"])}
    for path in (data_dir / "archive").rglob("samples-*.parquet"):
        assert all(blocks[position] == payload for position, payload in read_payloads(path))
    for path in (data_dir / "archive").rglob("manifest-*.json"):
        msgspec.json.decode(path.read_bytes(), type=Manifest)


def rows(place: Path, seed: int) -> list[Row]:
    """Return the row of the long form: every call; AssertionError with the first promise broken."""
    del seed  # there is nothing random in it
    base, found = place / "base", Sweep()
    base.mkdir(parents=True)
    prepare(base)
    for call in CALLS:
        for number in count(1):
            if not kill_at(base, place / f"{call}-{number}", call, number):
                break
            found.kills[call] += 1
        click.echo(f"seal: {call}: {found.kills[call]} kills", err=True)
    return [
        Row(
            "kill -9 at each write, sync and name of a seal",
            f"{found.kills.total()} calls, each whole after the next round",
            "each whole",
            found.kills.total() > 0,
            {"calls": dict(found.kills)},
        )
    ]
