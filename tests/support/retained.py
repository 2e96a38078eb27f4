"""Clients' sessions on a real journal, and rounds that prune and erase what they left."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from logger.archive.retention import orders
from logger.archive.retention.settings import RetentionSettings
from logger.archive.round import Round, run_round
from logger.cli.archive_ordering import ordering
from logger.errors import NotRunning
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.files import JOURNAL_FILE
from logger.journal.reader import JournalReader
from logger.journal.sealing import stored
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.session.model import Session
from logger.session.orders import By
from logger.session.store import load_sessions, open_sessions
from tests.support.journaled import sample_block
from tests.support.recorded import Recorded
from tests.support.stories import Story

BOSS = By(id="boss", name="A Manager", role="administrator")
DR = By(id="dr-7", name="Ann Bo", role="practitioner")
PEN = "NP-000123"
LATER_NS = 4_000_000_000_000_000_000
"""Long after everything was sealed: seals bear the time of this machine's own clock."""
ROWS = 20


class Clinic:
    """Tells of sessions in ``data_dir``; every block has samples of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._recorded = Recorded(data_dir)
        self._samples = 0

    def session(self, session: str, client: str, blocks: int = 3, pen: str = PEN) -> None:
        """Record a session from start to stop."""
        story = Story(encoded=True)
        story.append(
            kinds.SessionStarted(
                session=session,
                pen=pen,
                client=client,
                practitioner="dr.b",
                side="left",
                zone="anterior-thigh",
                nonce="00",
                note=f"as {client} wished",
            ),
            stream=pen,
        )
        self._blocks(story, blocks, pen)
        story.append(kinds.SessionStopped(session=session, reason="ordered"), stream=pen)
        self._recorded.tell(story)

    def between(self, blocks: int = 2, pen: str = PEN) -> list[Entry]:
        """Record samples without a session."""
        story = Story(encoded=True)
        self._blocks(story, blocks, pen)
        return self._recorded.tell(story)

    def tell(self, payload: kinds.Payload, pen: str = PEN) -> None:
        """Append an entry."""
        story = Story(encoded=True)
        story.append(payload, stream=pen)
        self._recorded.tell(story)
        self._folded()

    def order(self, name: str, order: msgspec.Struct) -> dict[str, Any]:
        """Carry out an order about retention."""
        done: dict[str, Any] = ordering(self.data_dir)(name, msgspec.to_builtins(order))
        return done

    def erase(self, client: str, reason: str = "asked for by letter of 3 May") -> dict[str, Any]:
        """Order the erasure of a client; nothing is carried out yet."""
        return self.order(orders.ERASE, orders.EraseClient(client=client, reason=reason, by=BOSS))

    def hold(self, session: str = "", client: str = "") -> str:
        """Set a hold; returns its id."""
        order = orders.SetHold(session=session, client=client, reason="claim 4711", by=BOSS)
        self.order(orders.SET_HOLD, order)
        with JournalReader(self.data_dir) as reader:
            (*_, last) = reader.entries(kinds=["hold.set"])
        told = kinds.decode(last.kind, last.payload or b"")
        assert isinstance(told, kinds.HoldSet)
        return told.hold

    def lift(self, hold: str) -> None:
        """Lift a hold."""
        self.order(orders.LIFT_HOLD, orders.LiftHold(hold=hold, reason="over", by=BOSS))

    def round(self, days: int = 30, now_ns: int = LATER_NS) -> Round:
        """Run a whole round at ``now_ns``; fails if anything could not be done."""
        done = self.tried(days, now_ns)
        assert not done.failed, done.failed
        return done

    def tried(self, days: int = 30, now_ns: int = LATER_NS) -> Round:
        """Run a whole round, whatever becomes of it."""
        settings = RetentionSettings(payloads_days=days)
        return run_round(self.data_dir, ordering(self.data_dir), lambda: now_ns, settings)

    def stop_after(self, orders_carried_out: int) -> None:
        """Begin a round that ends for good after so many orders, as if it had been killed."""
        carry_out, left = ordering(self.data_dir), orders_carried_out

        def until_then(order: str, arguments: dict[str, Any]) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise NotRunning("killed")
            return carry_out(order, arguments)

        with suppress(NotRunning):
            settings = RetentionSettings(payloads_days=30)
            run_round(self.data_dir, until_then, lambda: LATER_NS, settings)

    def sessions(self) -> dict[str, Session]:
        """Return all sessions by id."""
        with load_sessions(self.data_dir) as sessions:
            found = [sessions.session(line.id) for line in sessions.rows(100)]
        return {one.id: one for one in found if one is not None}

    def entries(self) -> list[Entry]:
        """Return all entries as a reader gives them."""
        with JournalReader(self.data_dir) as reader:
            return list(reader.entries())

    def as_they_lie(self) -> list[Entry]:
        """Return all entries as the journal has them."""
        with JournalReader(self.data_dir, stored) as reader:
            return list(reader.entries())

    def payloads_left(self) -> int:
        """Return how many blocks have their payload in the journal."""
        blocks = [one for one in self.as_they_lie() if one.kind == kinds.SAMPLES]
        return sum(one.payload is not None for one in blocks)

    def rebuild(self) -> None:
        """Make sessions.db anew from the journal."""
        for file in self.data_dir.glob("sessions.db*"):
            file.unlink()
        self._folded()

    def copy_journal(self, place: Path) -> None:
        """Keep a copy of the journal, as a backup would."""
        shutil.copy(self.data_dir / JOURNAL_FILE, place)

    def restore_journal(self, place: Path) -> None:
        """Put a copy back, as docs/journal.md says."""
        shutil.copy(place, self.data_dir / JOURNAL_FILE)
        for name in ("journal.head", "journal.db-wal", "journal.db-shm"):
            (self.data_dir / name).unlink(missing_ok=True)

    def holds_text(self, text: str) -> list[str]:
        """Return the files of the data directory in which the bytes of ``text`` stand."""
        files = [path for path in self.data_dir.rglob("*") if path.is_file()]
        return [
            path.relative_to(self.data_dir).as_posix()
            for path in files
            if text.encode() in path.read_bytes()
        ]

    def _folded(self) -> None:
        with Journal.open(self.data_dir, HostClock()) as journal:
            open_sessions(self.data_dir, journal.append)[0].close()

    def _blocks(self, story: Story, blocks: int, pen: str) -> None:
        for _ in range(blocks):
            story.samples(sample_block(pen, self._samples, ROWS))
            self._samples += ROWS


def split_off(clinic: Clinic, client: str) -> None:
    """Make the last block of s-1 a session of ``client``."""
    (segment,) = clinic.sessions()["s-1"].segments
    last = [
        one
        for one in clinic.entries()
        if one.kind == kinds.SAMPLES and one.position <= (segment.to_position or 0)
    ][-1]
    tags = kinds.Tags(session="s-1", side="left", zone="anterior-thigh")
    clinic.tell(
        kinds.SessionSplit(
            session="s-1",
            into="s-9",
            at_position=last.position,
            at_unix_ns=last.time_ns,
            client=client,
            practitioner="dr.b",
            reason="the next client had begun",
            nonce="00",
            retagged=(
                kinds.Retagged(
                    from_position=last.position,
                    to_position=last.position,
                    former=tags,
                    now=msgspec.structs.replace(tags, session="s-9"),
                ),
            ),
        )
    )
