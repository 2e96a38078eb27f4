"""Lives of a recorder that may end at any moment, and what must hold of what each leaves."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from logger.errors import CommandRefused, ConfigError, JournalError
from logger.journal.cursor import Cursor
from logger.journal.files import set_aside_files
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.session.model import Session
from logger.session.orders import AddNote, AnyOrder, Pause, Resume, Start, StartSegment, Stop
from logger.session.projection import Projection
from logger.session.store import load_sessions
from tests.support.recorder_process import PATIENCE_S, RecorderProcess

T = TypeVar("T")

_LOOK_EVERY_S = 0.005
_DYING_S = 5.0
_UNANSWERED = ("no recorder is running", "the recorder ended", "the recorder in")


class Ended(Exception):
    """The recorder ended while something was waited for."""


@dataclass
class Life:
    """A recorder from its start to its end, and the orders that it acknowledged.

    ``doing`` names what it was asked for last.
    """

    recorder: RecorderProcess
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0
    doing: str = "start of the recorder"

    def until(self, happened: Callable[[], bool], what: str) -> None:
        """Return once ``happened()``; Ended where the recorder is gone before."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.asked(happened):
            if self.recorder.exit_code is not None:
                raise Ended
            assert time.monotonic() < deadline, f"no {what}:\n{self.recorder.log}"
            time.sleep(_LOOK_EVERY_S)

    def until_recording(self, samples: int, pens: int) -> None:
        """Return once each pen gave so many samples on its present link."""
        self.until(lambda: self.recorder.status() is not None, "an answer")
        self.doing = "recording"
        self.until(
            lambda: all(self.recorder.pen(number).samples >= samples for number in range(pens)),
            f"{samples} samples of each pen",
        )

    def order(self, order: AnyOrder) -> bool:
        """Give an order; returns whether it was acknowledged, Ended if nobody could answer."""
        self.doing = type(order).__name__
        try:
            answer = self.recorder.order(order)
        except CommandRefused as refusal:
            if refusal.reason.startswith(_UNANSWERED):
                assert self._dies(), f"{refusal}:\n{self.recorder.log}"
                raise Ended from refusal
            self.refused += 1
            return False
        self.acknowledged.append(answer)
        return True

    def asked(self, question: Callable[[], T]) -> T:
        """Return what the recorder answers to ``question``; Ended if it ends meanwhile."""
        try:
            return question()
        except (CommandRefused, AssertionError) as error:
            # Whoever ends in the middle of an answer gives a cut one, or none at all.
            if self._dies():
                raise Ended from error
            raise

    def _dies(self) -> bool:
        deadline = time.monotonic() + _DYING_S
        while self.recorder.exit_code is None and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY_S)
        return self.recorder.exit_code is not None


@contextmanager
def surely_ended(recorder: RecorderProcess) -> Iterator[None]:
    """End the recorder, if it runs, however the context is left."""
    try:
        yield
    finally:
        recorder.__exit__(None, None, None)


def any_order(rng: random.Random, pens: Sequence[str]) -> AnyOrder:
    """Return an order such as people give, fitting or not."""
    pen = rng.choice(pens)
    side, zone = rng.choice(("left", "right")), rng.choice(("anterior-thigh", "shin"))
    kinds: Sequence[AnyOrder] = (
        Start(pen=pen, client="C-1", practitioner="p", side=side, zone=zone),
        StartSegment(pen=pen, side=side, zone=zone),
        Pause(pen=pen),
        Resume(pen=pen),
        AddNote(pen=pen, text="a word"),
        Stop(pen=pen),
    )
    return rng.choices(kinds, (4, 4, 1, 2, 2, 1))[0]


@dataclass
class Remains:
    """What the lives in one data directory left so far; grows with each that was inspected."""

    data_dir: Path
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    _had_begun: bool = False
    _cursors: dict[str, Cursor] = field(default_factory=dict)

    def inspect(self, life: Life) -> None:
        """Fail unless what ``life`` left is whole and holds what was acknowledged."""
        self.acknowledged += life.acknowledged
        if not self._begun() and not self._had_begun:
            assert not self.acknowledged, "acknowledged, and there is no journal"
            return
        self._had_begun = True
        aside = [path.name for path in set_aside_files(self.data_dir)]
        assert not aside, f"set aside: {aside}\n{life.recorder.log}"
        found = verify(self.data_dir)
        assert found.good, f"at {found.bad_position}: {found.problem}"
        with JournalReader(self.data_dir) as reader:
            for answer in life.acknowledged:
                at = answer["position"]
                kept = [entry.kind for entry in reader.read(at - 1, 1)]
                assert kept == [answer["done"]], f"acknowledged and not kept: {answer}, {kept}"
            self._inspect_cursors(reader.cursors(), reader.last_position())

    def _begun(self) -> bool:
        """Return whether there is a journal: one whose making was cut short is none yet."""
        try:
            JournalReader(self.data_dir).close()
        except (ConfigError, JournalError):
            return False
        return True

    def _inspect_cursors(self, cursors: dict[str, Cursor], last: int) -> None:
        for name, cursor in cursors.items():
            before = self._cursors.get(name, Cursor(0, 0))
            assert 0 <= cursor.safe <= cursor.position <= last, f"{name}: {cursor}, {last} entries"
            assert cursor.safe >= before.safe, f"{name} went back from {before} to {cursor}"
        self._cursors = cursors


def assert_sessions_match(data_dir: Path) -> None:
    """Fail unless the kept sessions are those that the journal alone makes."""
    with load_sessions(data_dir) as kept:
        for session in sessions_of(data_dir):
            assert kept.session(session.id) == session, f"{session.id} is not as journaled"


def sessions_of(data_dir: Path) -> list[Session]:
    """Return all sessions as the journal alone makes them."""
    fresh = Projection()
    with JournalReader(data_dir) as reader:
        for entry in reader.entries():
            fresh.apply(entry)
    return fresh.sessions()


def until_sessions_go_on(recorder: RecorderProcess) -> None:
    """Return once every session that is not stopped goes on by itself; fails if one does not."""
    wanted = {one.id for one in sessions_of(recorder.data_dir) if one.state != "stopped"}

    def going_on() -> set[str]:
        return {one.session for one in recorder.ask().sessions if one.state in ("open", "paused")}

    recorder.until(lambda: going_on() >= wanted, f"sessions that go on: {wanted}")
