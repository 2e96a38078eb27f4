"""Frames, faults, orders, crashes and restarts in any order, against a simple model."""

import logging
import shutil
import tempfile
from pathlib import Path

import hypothesis
import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from drivers.simulator.burst import Fate
from logger.errors import CommandRefused
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.session.legs import SIDES, ZONES
from logger.session.orders import AddNote, AnyOrder, Pause, Resume, Start, StartSegment, Stop
from logger.session.record_orders import AnyRecordOrder
from tests.faults.accounting import account
from tests.faults.mini_pc import RESUME_WITHIN_S, MiniPc
from tests.support.record_days import RECORD_STEPS, record_order
from tests.support.report import Row

EXAMPLES, STEPS = 500, 50

_FATES = st.dictionaries(
    st.integers(0, 30),
    st.sampled_from([Fate.DAMAGED, Fate.REPEATED, Fate.LATE, Fate.DROPPED]),
    max_size=3,
)
_PLACES = st.tuples(st.sampled_from(SIDES), st.sampled_from(sorted(ZONES)))


class Recording(RuleBasedStateMachine):
    """After every step the sessions agree with the model; at the end, everything else."""

    def __init__(self) -> None:
        super().__init__()
        self._place = Path(tempfile.mkdtemp(prefix="needlelog-stateful-"))
        self.pc = MiniPc(self._place)

    @property
    def plugged_in(self) -> bool:
        """Whether the pen is on the wire."""
        return self.pc.pen.wire is not None

    @initialize()
    def begin(self) -> None:
        """Begin with a pen that speaks."""
        self.replug()
        self.speak(5, {})

    @rule(count=st.integers(1, 40), fates=_FATES)
    def speak(self, count: int, fates: dict[int, Fate]) -> None:
        """The pen works on for a while."""
        self.pc.pen.speak(count, fates)
        self.pc.clocks.pass_s(count / 100)

    @rule()
    def commit(self) -> None:
        """The recorder commits."""
        self.pc.commit()

    @rule(place=_PLACES)
    def start(self, place: tuple[str, str]) -> None:
        """Somebody starts a session."""
        was_open = self.pc.model.open
        side, zone = place
        order = Start(client="C-1", practitioner="dr-b", side=side, zone=zone)
        assert not (self._accepted(order) and was_open), "a second session was opened"

    @rule(place=_PLACES)
    def segment(self, place: tuple[str, str]) -> None:
        """The practitioner goes on to another zone."""
        self._accepted(StartSegment(side=place[0], zone=place[1]))

    @rule(order=st.sampled_from([Pause(), Resume(), Stop(), AddNote(text="even")]))
    def halt(self, order: AnyOrder) -> None:
        """Somebody gives another order."""
        had_one = self.pc.model.open
        assert not (self._accepted(order) and not had_one), "an order to no session was accepted"

    @rule(step=st.sampled_from(RECORD_STEPS), number=st.integers(0, 1000))
    def amend(self, step: str, number: int) -> None:
        """Somebody amends, assigns, splits, merges, reviews or signs."""
        blocks = sorted(self.pc.model.rows_at)
        order = record_order(self.pc.desk.projection.sessions(), blocks, step, number)
        if order is not None:
            self._accepted(order)

    @precondition(lambda self: self.plugged_in)
    @rule()
    def unplug(self) -> None:
        """The pen's plug is pulled: a session on it is interrupted."""
        self.pc.unplug()
        one = self.pc.model.open
        assert one is None or one.interrupted or one.lapsed, one

    @precondition(lambda self: not self.plugged_in)
    @rule()
    def replug(self) -> None:
        """The pen is plugged in again and says who it is."""
        self.pc.plug_in()
        self.pc.pen.introduce()
        self.pc.commit()

    @rule()
    def reboot_pen(self) -> None:
        """The pen is switched off and on."""
        self.pc.pen.reboot()

    @rule(seconds=st.sampled_from([1.0, 31.0, 700.0, 4000.0]))
    def wait(self, seconds: float) -> None:
        """Time passes, and the recorder looks after it."""
        self.pc.clocks.pass_s(seconds)
        self.pc.commit()
        one = self.pc.model.open
        too_long = seconds > RESUME_WITHIN_S and not self.plugged_in
        assert not (one and too_long) or one.lapsed, one

    @rule(seconds=st.sampled_from([-3.2e8, -60.0, -0.3, -0.2, 0.5, 3.2e8]))
    def set_clock(self, seconds: float) -> None:
        """The wall clock is set, by up to ten years."""
        self.pc.clocks.step_s(seconds)

    @rule()
    def deliver(self) -> None:
        """The receiver has time to take what there is."""
        self.pc.deliver()

    @rule()
    def receiver_goes(self) -> None:
        """The receiver goes away."""
        self.pc.receiver.reachable = False

    @rule()
    def receiver_dies(self) -> None:
        """The receiver loses what it acknowledged in its last half minute."""
        self.pc.receiver.forget_s(29.0)

    @rule()
    def receiver_is_back(self) -> None:
        """The receiver can be reached again."""
        self.pc.receiver.reachable = True

    @rule()
    def crash(self) -> None:
        """The recorder is killed and starts again."""
        self.pc.crash()

    @rule()
    def restart(self) -> None:
        """The recorder is stopped in order and starts again."""
        self.pc.restart()

    @invariant()
    def sessions_are_as_the_model_says(self) -> None:
        """Of state, segments and samples."""
        self.pc.model.assert_agrees(self.pc.desk.projection.sessions())

    def teardown(self) -> None:
        """Let everything come to rest and look at all of it."""
        try:
            self._come_to_rest()
            self._look()
        finally:
            self.pc.close()
            shutil.rmtree(self._place, ignore_errors=True)

    def _come_to_rest(self) -> None:
        self.pc.receiver.reachable = True
        if not self.plugged_in:
            self.replug()
        self.pc.pen.introduce()
        for _ in range(3):
            self.speak(3, {})
            self.pc.commit()
        self.pc.deliver()

    def _look(self) -> None:
        pc = self.pc
        account([self._place / "pen.log"], [pc.data_dir]).assert_sound()
        assert pc.receiver.held == list(range(1, pc.journal.last_position + 1))
        assert verify(pc.data_dir).good
        assert pc.rebuilt().sessions() == pc.desk.projection.sessions()
        with JournalReader(pc.data_dir) as reader:
            entries = list(reader.entries())
        assert [one.position for one in entries] == list(range(1, len(entries) + 1))
        times_ns = [one.block.utc_ns() for one in entries if one.block is not None]
        if times_ns:
            every_ns = np.concatenate(times_ns)
            assert len(np.unique(every_ns)) == len(every_ns), "a sample time is repeated"

    def _accepted(self, order: AnyOrder | AnyRecordOrder) -> bool:
        try:
            self.pc.order(order)
        except CommandRefused:
            return False
        return True


def run_through(seed: int, examples: int, steps: int) -> None:
    """Run so many stories of so many steps; AssertionError with the shortest that fails."""
    machine = type("Recording", (Recording,), {})
    hypothesis.seed(seed)(machine)
    limits = hypothesis.settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None
    )
    run_state_machine_as_test(machine, settings=limits)


def rows(place: Path, seed: int) -> list[Row]:
    """Run the long form."""
    del place
    logging.getLogger("logger").setLevel(logging.CRITICAL)
    run_through(seed, EXAMPLES, STEPS)
    return [
        Row(
            "any order of faults, orders, crashes and restarts: broken promises",
            f"0 of {EXAMPLES} stories of {STEPS} steps",
            "none",
            met=True,
        )
    ]
