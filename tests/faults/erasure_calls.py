"""An erasure is killed at each of its calls that write, sync, cut, name or remove a file.

strace injects the signal as a thread begins its Nth call of one kind on a file of the data
directory. Every round starts from a copy of one in which an erasure was ordered: of
sessions in the journal, in a recovered file and in quarantine, sealed and pruned, one of
them split off from another client's, whose first sealed file holds samples of both.
"""

import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import click

from logger.archive.durable import UNFINISHED
from logger.journal import kinds
from logger.journal.damage import tell_damage
from logger.journal.quarantine import Quarantined
from logger.journal.recovering import recover_all
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.checked import both_say, bundled, verified
from tests.support.recorder_process import NEEDLELOG, PATIENCE_S, environment
from tests.support.report import Row
from tests.support.retained import Clinic, split_off

CALLS = (
    *("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "rmdir", "mkdir"),
    *("ftruncate", "truncate"),
)
CLIENT = "CODE-NEXT"
ERASED = "client.erased"
LEFT = ("s-1", "s-2")
_SHARED = "archive/sessions/s-1/samples-1.parquet"


def prepare(base: Path) -> None:
    """Make the data directory that every round starts from a copy of."""
    clinic = Clinic(base)
    clinic.session("s-0", CLIENT)
    clinic.between()
    tell_damage(base, "as the test wishes")
    Journal.open(base, HostClock()).close()
    recover_all(base)
    clinic.session("s-1", "CODE-ONE")
    clinic.session("s-2", "CODE-TWO")
    clinic.session("s-3", CLIENT)
    clinic.between()
    clinic.round(days=0)
    split_off(clinic, CLIENT)
    clinic.round()
    _quarantine(clinic)
    clinic.erase(CLIENT)


def _quarantine(clinic: Clinic) -> None:
    with Journal.open(clinic.data_dir, HostClock()) as journal:
        first = next(one for one in clinic.entries() if one.stream)
        journal.append((), quarantined=[Quarantined("influx", first.position, b"x", "no")])


def kill_at(base: Path, data_dir: Path, call: str, number: int) -> bool:
    """Kill a round at that call and see that the next one ends it; False if there was none."""
    shutil.copytree(base, data_dir)
    killed = kill(data_dir, call, number)
    verified(data_dir)
    Clinic(data_dir).round()
    assert_erased(data_dir)
    return killed


def kill(data_dir: Path, call: str, number: int) -> bool:
    """Run a round that is killed at that call; False if it ended before."""
    paths = [part for path in _paths(data_dir) for part in ("-P", str(path))]
    injected = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
    command = ["strace", "-D", "-f", "-qqq", "-o", "/dev/null", *paths, *injected]
    command += [NEEDLELOG, "--data-dir", str(data_dir), "archive", "seal"]
    done = subprocess.run(
        command, capture_output=True, env=environment(), timeout=PATIENCE_S, check=False
    )
    killed = done.returncode == -signal.SIGKILL
    assert killed or not done.returncode, (done.stdout + done.stderr).decode()
    return killed


def _paths(data_dir: Path) -> Iterator[Path]:
    """Yield all that lies there, and all that a round may make beside it."""
    records = data_dir / "erasures"
    yield from (data_dir, records)
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    files += [records / f"{one}.json" for one in _erasures(data_dir)]
    for path in files:
        yield from (path, path.parent, path.with_name(f"{path.name}{UNFINISHED}"))
        if path.suffix == ".db":
            yield from (path.with_name(path.name + end) for end in ("-wal", "-journal"))


def _erasures(data_dir: Path) -> Iterator[str]:
    for entry in Clinic(data_dir).entries():
        told = kinds.decode(entry.kind, entry.payload or b"") if entry.kind == ERASED else None
        if isinstance(told, kinds.ClientErased):
            yield told.erasure


def assert_erased(data_dir: Path) -> None:
    """Fail unless all of the client is gone, all else is whole, and both verifiers say so."""
    clinic = Clinic(data_dir)
    assert clinic.holds_text(CLIENT) == []
    assert not (data_dir / _SHARED).exists()
    assert not any((data_dir / "archive/sessions" / one).exists() for one in ("s-0", "s-3", "s-9"))
    assert set(clinic.sessions()) == set(LEFT)
    said = verified(data_dir)
    assert "ERASED: 3 sessions" in said, said
    assert "NOT OVER" not in said, said
    assert not list(data_dir.rglob(f"*{UNFINISHED}"))
    both_say(bundled(data_dir, LEFT[0], data_dir.parent))


def row(place: Path) -> Row:
    """Return the row of the long form: every call; AssertionError with the first promise broken."""
    base, kills = place / "base", Counter[str]()
    prepare(base)
    for call in CALLS:
        for number in count(1):
            data_dir = place / f"{call}-{number}" / "data"
            if not kill_at(base, data_dir, call, number):
                break
            shutil.rmtree(data_dir.parent)
            kills[call] += 1
        click.echo(f"erasure: {call}: {kills[call]} kills", err=True)
    return Row(
        "kill -9 at each write, sync, cut and removal of an erasure",
        f"{kills.total()} calls, each complete after the next round",
        "each complete",
        kills.total() > 0,
        {"calls": dict(kills)},
    )
