"""What became of times and order in a trial of the clock, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from drivers.simulator.log import read_log
from logger.archive.exports.sample_columns import COLUMNS, sample_columns
from logger.archive.exports.samples_text import rows_of
from logger.archive.exports.source import Source
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.session.clock_account import ClockAccount, clock_account
from logger.session.model import Session
from logger.session.store import load_sessions
from logger.session.true_clock import readings_of
from tests.faults.accounting import account
from tests.faults.clock_trial import Timed, Trial
from tests.support.simulated import SimulatedPen

SLACK_S = 0.15
"""Beyond the time that an order took: a step below 0.1 s is not worth an entry."""
NEAR_S = 2.0
STEPS = ("step", "step asleep", "time arrives")


@dataclass(slots=True)
class Findings:
    """Sums over trials; those from ``entries_reordered`` on must be 0.

    A shown time may be ``near_s`` from the truth: a busy machine reads late.
    """

    near_s: float = NEAR_S
    trials: int = 0
    faults: int = 0
    steps: int = 0
    samples: int = 0
    sessions: int = 0
    corrected: int = 0
    entries_reordered: int = 0
    entries_rewritten: int = 0
    times_repeated: int = 0
    times_not_rising: int = 0
    samples_unaccounted: int = 0
    durations_wrong: int = 0
    sessions_closed_wrongly: int = 0
    corrected_wrong: int = 0
    worst_shown_s: float = 0.0

    def add(self, trial: Trial) -> None:
        """Count what ``trial`` shows."""
        self.trials += 1
        self.faults += len(trial.done)
        self.steps += sum(one in STEPS for one in trial.done)
        self._journal(trial)
        for pen in trial.pens:
            self._pen(trial, pen)
        for timed in trial.sessions:
            self._session(trial, timed)

    def _journal(self, trial: Trial) -> None:
        entries = trial.recorder.entries()
        found = {one.position: (one.position, one.time_ns, one.chain_hash) for one in entries}
        positions = [one.position for one in entries]
        self.entries_reordered += positions != list(range(1, len(positions) + 1))
        self.entries_reordered += not verify(trial.recorder.data_dir).good
        for held in trial.held:
            self.entries_rewritten += sum(found.get(one[0]) != one for one in held)

    def _pen(self, trial: Trial, pen: SimulatedPen) -> None:
        blocks = trial.recorder.blocks(pen.serial)
        times_ns = np.concatenate([block.utc_ns() for block in blocks])
        anchors = np.concatenate([np.full(len(one), one.anchor.number) for one in blocks])
        self.samples += len(times_ns)
        self.times_repeated += len(times_ns) - len(np.unique(times_ns))
        rising = np.diff(times_ns) > 0
        self.times_not_rising += int(np.sum(~rising & (np.diff(anchors) == 0)))
        held = account([pen.log], [trial.recorder.data_dir])
        self.samples_unaccounted += held.unexplained + len(held.offences)

    def _session(self, trial: Trial, timed: Timed) -> None:
        self.sessions += 1
        session = load_sessions(trial.recorder.data_dir).session(timed.id)
        assert session is not None
        with JournalReader(trial.recorder.data_dir) as reader:
            clocks = clock_account(session, list(readings_of(reader)))
        self.sessions_closed_wrongly += session.stop_reason != "ordered"
        shortest_s = (timed.stopped_ns[0] - timed.started_ns[1]) / 1e9 - SLACK_S
        longest_s = (timed.stopped_ns[1] - timed.started_ns[0]) / 1e9 + SLACK_S
        known = clocks.duration_s is not None
        if not known or not shortest_s <= (clocks.duration_s or 0.0) <= longest_s:
            self.durations_wrong += 1
        self._ends(session, clocks, timed)
        self._samples(trial, session)

    def _ends(self, session: Session, clocks: ClockAccount, timed: Timed) -> None:
        pairs = (
            (clocks.corrected_started_unix_ns or session.started_unix_ns, timed.started_ns),
            (clocks.corrected_ended_unix_ns or session.ended_unix_ns or 0, timed.stopped_ns),
        )
        for shown_ns, (earliest_ns, latest_ns) in pairs:
            off_ns = max(earliest_ns - shown_ns, shown_ns - latest_ns, 0)
            self._compare([off_ns / 1e9])

    def _samples(self, trial: Trial, session: Session) -> None:
        made = read_log(trial.steady.log).samples()
        due_us = dict(zip(made["sequence"].tolist(), made["due_us"].tolist(), strict=True))
        off_s = []
        with JournalReader(trial.recorder.data_dir) as reader:
            parts = sample_columns(Source(reader), session, None)
            for row in chain.from_iterable(map(rows_of, parts)):
                shown: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
                corrected_ns = shown["corrected_time_unix_ns"]
                self.corrected += corrected_ns is not None
                time_ns = shown["time_unix_ns"] if corrected_ns is None else corrected_ns
                since_began_ns = time_ns - trial.began_ns
                off_s.append(since_began_ns / 1e9 - due_us[shown["sequence"]] / 1e6)
        self._compare(off_s)

    def _compare(self, off_s: Sequence[float]) -> None:
        """Count times that are shown and are not true; ``off_s`` by how much."""
        self.corrected_wrong += sum(abs(one) > self.near_s for one in off_s)
        self.worst_shown_s = max([self.worst_shown_s, *map(abs, off_s)])
