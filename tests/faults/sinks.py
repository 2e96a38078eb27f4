"""Whatever befalls broker and database costs lag: nothing is lost, nobody else notices."""

import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.accounting import Account, account
from tests.faults.sink_faults import BROKER, DATABASE, Trouble, trouble
from tests.faults.stage import SERIAL, Stage, staged
from tests.support.command_line import call
from tests.support.recorder_process import RecorderProcess
from tests.support.report import Row

DEEP_ENTRIES = 200
"""More than the service keeps in memory for those who keep up."""
_REFUSED_ITEMS = 50
_BACK_WITHIN_S = 200.0
_PAIRS = 12
_MEMORY_MB = 160

Names = tuple[str | None, str | None]
"""What befalls broker and database; None where nothing does."""


@dataclass(frozen=True, slots=True)
class Trial:
    """``lag_s`` is the greatest of the sink that was well, None where none was.

    ``unsaved_s`` is the longest time without a commit; ``back_s`` how long delivery took
    from the end of the fault until all was delivered.
    """

    names: Names
    held_s: float
    lag_s: float | None
    unsaved_s: float
    back_s: float


def rows(place: Path, seed: int) -> list[Row]:
    """Return one row for each fault alone, and for pairs that the seed draws."""
    rng = random.Random(seed)
    alone: list[Names] = [(name, None) for name in BROKER]
    alone += [(None, name) for name in DATABASE]
    pairs: list[Names] = [
        (rng.choice(list(BROKER)), rng.choice(list(DATABASE))) for _ in range(_PAIRS)
    ]
    trials, total, memory_mb = tried(place, [*alone, *pairs], seed)
    found = [_row(trial) for trial in trials]
    return [*found, _account_row(total), _memory_row(memory_mb)]


def tried(place: Path, faults: Sequence[Names], seed: int) -> tuple[list[Trial], Account, float]:
    """Let all of ``faults`` happen one after the other to one recorder.

    Returns the trials, the account of the pen's samples and the recorder's greatest
    memory in MB. AssertionError where something was lost or held up.
    """
    with staged(place, seed) as stage:
        trials = [_tried(stage, names) for names in faults]
        stage.end_pen.close()
        stage.recorder.until_entry("link.lost")
        stage.recorder.until_delivered("mqtt", "influx")
        memory_mb = _peak_memory_mb(stage.recorder.pid)
        assert stage.recorder.payloads("gap") == [], "recording was held up"
        total = _account(stage)
    return trials, total, memory_mb


def _tried(stage: Stage, names: Names) -> Trial:
    """Let faults happen until more is waiting than any buffer holds, and then end."""
    troubled = trouble(*names)
    started_s = time.monotonic()
    for fault in troubled.values():
        fault.begin(stage)
    watch = _Watch(stage, troubled)
    stage.recorder.until(watch.is_held, f"{names} to be held", _BACK_WITHIN_S)
    _assert_the_other_goes_on(stage, troubled)
    held_s = time.monotonic() - started_s
    for fault in troubled.values():
        fault.end(stage)
    ended_s = time.monotonic()
    _until_all_is_delivered(stage, troubled)
    return Trial(names, held_s, watch.lag_s, watch.unsaved_s, time.monotonic() - ended_s)


class _Watch:
    """Looks at the recorder while a fault lasts."""

    def __init__(self, stage: Stage, troubled: Trouble) -> None:
        self._stage = stage
        self._troubled = troubled
        self._began = stage.recorder.ask().saved_position
        self.lag_s: float | None = None
        self.unsaved_s = 0.0

    def is_held(self) -> bool:
        """Return whether the fault has lasted longer than any buffer."""
        status = self._stage.recorder.ask()
        self.unsaved_s = max(self.unsaved_s, status.saved_age_s)
        sinks = {sink.name: sink for sink in status.sinks}
        for name, sink in sinks.items():
            if name not in self._troubled:
                assert sink.state != "down", f"{name} is down as well: {sink.error}"
                self.lag_s = max(self.lag_s or 0.0, sink.age_s)
        return status.saved_position >= self._began + DEEP_ENTRIES and all(
            _has_refused(self._stage, name, sinks[name].quarantined)
            if fault.passing
            else sinks[name].depth >= DEEP_ENTRIES
            for name, fault in self._troubled.items()
        )


def _has(stage: Stage, sink: str, position: int) -> bool:
    return stage.sink(sink).position >= position


def _has_refused(stage: Stage, name: str, quarantined: int) -> bool:
    if stage.shim.largest_body is not None and name == "influx":
        return stage.shim.requests_too_large >= _REFUSED_ITEMS
    return quarantined >= _REFUSED_ITEMS


def _assert_the_other_goes_on(stage: Stage, troubled: Trouble) -> None:
    """What is saved by now reaches the other sink while the fault still lasts."""
    saved = stage.recorder.ask().saved_position
    others = [name for name in ("mqtt", "influx") if name not in troubled]
    for name in others:
        stage.recorder.until(partial(_has, stage, name, saved), f"{name} to go on")
    stage.recorder.until(lambda: stage.recorder.ask().saved_position > saved, "recording to go on")


def _until_all_is_delivered(stage: Stage, troubled: Trouble) -> None:
    recorder = stage.recorder
    recorder.until(
        lambda: all(sink.depth < DEEP_ENTRIES // 4 for sink in recorder.ask().sinks),
        f"the end of {list(troubled)}",
        _BACK_WITHIN_S,
    )
    for name, fault in troubled.items():
        if fault.passing:
            # What was refused last is in quarantine with the commit after it.
            _until_next_commit(recorder)
            _retry_all(recorder, name)


def _until_next_commit(recorder: RecorderProcess) -> None:
    saved = recorder.ask().saved_position
    recorder.until(lambda: recorder.ask().saved_position > saved + 1, "two commits")


def _retry_all(recorder: RecorderProcess, sink: str) -> None:
    """Offer what was refused until it is taken: the end of a fault may cut the connection."""

    def taken() -> bool:
        return call("--config", recorder.settings_file, "queue", "retry", sink, "--all").code == 0

    recorder.until(taken, f"a retry of what {sink} refused")


def _account(stage: Stage) -> Account:
    """Return where every sample of the pen is; all of them must be everywhere, once."""
    recorder, journaled = stage.recorder, stage.recorder.entries("samples", stream=SERIAL)
    assert [sink.quarantined for sink in recorder.ask().sinks] == [0, 0]
    stage.subscriber.until_heard({entry.position for entry in journaled})
    total = account(
        [stage.pen.log],
        [recorder.data_dir],
        messages=_in_place(stage),
        stored_ns=stage.stored_ns(),
    )
    total.assert_sound()
    return total


def _in_place(stage: Stage) -> list[dict[str, Any]]:
    """Return the telemetry in order of arrival; what was retried by hand stands in its place."""
    retried = {
        position
        for told in stage.recorder.payloads("queue.retried")
        if told.sink == "mqtt"
        for position in told.positions
    }
    first: dict[int, dict[str, Any]] = {}
    last = 0
    for message in stage.subscriber.telemetry():
        position = message["position"]
        # A broker that was killed may have lost what it had for the subscriber: that comes
        # late, but in its order, when delivery goes back to what had come before.
        late = position < last and position not in first.keys() | retried
        assert not late, f"{position} came after {last}, and not when delivery went back"
        first.setdefault(position, message)
        last = position
    return [first[position] for position in sorted(first)]


def _peak_memory_mb(pid: int) -> float:
    fields = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in fields if line.startswith("VmHWM:"))
    return int(peak) / 1000


def _row(trial: Trial) -> Row:
    broker, database = trial.names
    name = ", ".join(
        [f"broker {broker}"] * (broker is not None)
        + [f"database {database}"] * (database is not None)
    )
    other = "" if trial.lag_s is None else f", the other sink {trial.lag_s:.1f} s behind"
    return Row(
        f"sinks: {name}",
        f"back in {trial.back_s:.1f} s{other}",
        "others go on",
        met=True,
        details=asdict(trial),
    )


def _account_row(total: Account) -> Row:
    return Row(
        "sinks: samples missing or twice",
        f"0 of {total.journaled}, at the broker and in the database",
        "0",
        met=True,
        details=total.as_dict(),
    )


def _memory_row(memory_mb: float) -> Row:
    return Row(
        "sinks: memory at most",
        f"{memory_mb:.0f} MB",
        f"≤ {_MEMORY_MB} MB",
        met=memory_mb <= _MEMORY_MB,
    )
