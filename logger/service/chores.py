"""The service's chores: work on what is recorded that may wait, in one child at a time.

A child has a low priority and shares nothing with the recorder but the data
directory and the command socket. One that dies is started again, later and later.
"""

import asyncio
import logging
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from logger.archive.retention.settings import RetentionSettings
from logger.backoff import Backoff
from logger.journal.entry import Entry
from logger.status import ArchiveStatus

log = logging.getLogger(__name__)

DYING_S = 1.0
ROUND_EVERY_S = 3600.0
"""A head is signed each hour; what else has become due is done along with it."""

_WANTED_AFTER = frozenset(
    (
        *("session.stopped", "session.note", "session.amended", "session.clinical"),
        *("session.reviewed", "session.signed", "session.split", "session.merged"),
        *("session.resumed", "samples.assigned", "session.restated"),
        *("client.erased", "hold.lifted"),
    )
)
"""Kinds after which there is something to seal; most of them may come after a session's end."""
_LOWEST_DRIVE_PRIORITY = ("ionice", "-c", "3")


class _Told(msgspec.Struct):
    """What a child says at its end, as far as the status shows it."""

    sealed: list[dict[str, object]] = []
    pruned: int = 0
    erased: int = 0
    dropped: int = 0
    failed: list[str] = []


@dataclass
class Chores:
    """Starts a child when something is due; ``status`` tells how that goes.

    ``niceness`` is the child's. ``backoff`` paces the attempts after one that failed,
    ``now_unix_ns`` is the wall clock.
    """

    data_dir: Path
    settle_s: float
    niceness: int
    retention: RetentionSettings
    backoff: Backoff
    now_unix_ns: Callable[[], int]
    status: ArchiveStatus = field(default_factory=ArchiveStatus)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Have the status say what is kept for how long."""
        kept = self.retention
        self._tell(
            payloads_days=kept.payloads_days,
            quarantine_days=kept.quarantine_days,
            damaged_days=kept.damaged_days,
        )

    async def run(self) -> None:
        """Do chores for ever; a cancellation ends the child, which may be killed anywhere."""
        while True:
            await asyncio.sleep(self.settle_s)
            self._wanted.clear()
            failed = await self._round()
            if failed:
                wait_s = self.backoff.next_wait_s()
                self._tell(state="failing", failed=failed, retry_in_s=wait_s)
                await asyncio.sleep(wait_s)
            else:
                self.backoff.succeeded()
                self._tell(state="idle", failed=(), retry_in_s=None)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), ROUND_EVERY_S)

    def committed(self, entries: Iterable[Entry]) -> None:
        """Note whether there is something to do now."""
        if any(entry.kind in _WANTED_AFTER for entry in entries):
            self._wanted.set()

    async def _round(self) -> tuple[str, ...]:
        """Run a child to its end; return what failed, in its words."""
        self._tell(state="working")
        try:
            child = await asyncio.create_subprocess_exec(
                *_command(self.data_dir, self.niceness, self.retention),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            return (f"no process can be started: {error}",)
        try:
            output, complaint = await child.communicate()
        finally:
            if child.returncode is None:
                await _end(child)
        return self._judged(child.returncode or 0, output, complaint)

    def _judged(self, code: int, output: bytes, complaint: bytes) -> tuple[str, ...]:
        try:
            told = msgspec.json.decode(output, type=_Told)
        except msgspec.DecodeError:
            told = _Told()
        self._tell(
            sealed=self.status.sealed + len(told.sealed),
            pruned=self.status.pruned + told.pruned,
            erased=self.status.erased + told.erased,
            dropped=self.status.dropped + told.dropped,
            last_round_unix_ns=self.now_unix_ns(),
        )
        if not code:
            return ()
        lines = told.failed or complaint.decode(errors="replace").splitlines()[-1:]
        failed = tuple(lines) or (f"it ended with code {code}",)
        if failed != self.status.failed:
            log.warning("the archive could not do all that is due: %s", "; ".join(failed))
        return failed

    def _tell(self, **changes: object) -> None:
        self.status = msgspec.structs.replace(self.status, **changes)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Kill the child; one that the drive holds fast is left to the kernel."""
    with suppress(ProcessLookupError):
        child.kill()
    with suppress(TimeoutError):
        await asyncio.wait_for(child.wait(), DYING_S)


def _command(data_dir: Path, niceness: int, retention: RetentionSettings) -> list[str]:
    low = _LOWEST_DRIVE_PRIORITY if shutil.which(_LOWEST_DRIVE_PRIORITY[0]) else ()
    # -P: no directory of whoever started the service is looked through for modules.
    module = [sys.executable, "-P", "-m", "logger.archive"]
    return [*low, *module, str(data_dir), str(niceness), retention.model_dump_json()]
