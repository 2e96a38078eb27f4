"""The host's clock stepped, dead, asleep and found again, under real recorders."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.faults.clock_findings import NEAR_S, Findings
from tests.faults.clock_trial import Trial, try_clock
from tests.support.report import Row

LONG_TRIALS, LONG_ACTS = 32, 14
AT_ONCE = 4


def rows(place: Path, seed: int) -> list[Row]:
    """Try many recorders, some at once, each with faults of its own."""
    return figures(found(try_clocks(place, seed, LONG_TRIALS, LONG_ACTS)))


def try_clocks(place: Path, seed: int, trials: int, acts: int) -> list[Trial]:
    """Return ``trials`` trials of ``acts`` faults each, drawn from ``seed``."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        running = [
            threads.submit(try_clock, place / f"t{number}", seed * 1000 + number, acts)
            for number in range(trials)
        ]
        return [one.result() for one in running]


def found(trials: list[Trial], near_s: float = NEAR_S) -> Findings:
    """Return the sums over ``trials``; see :class:`Findings` for ``near_s``."""
    findings = Findings(near_s)
    for trial in trials:
        findings.add(trial)
    return findings


def figures(findings: Findings) -> list[Row]:
    """Return what was found, as rows with their targets."""
    details = asdict(findings)
    tried = f"{findings.faults} faults, {findings.steps} of them steps, in {findings.trials} trials"
    return [
        Row("clock: tried", tried, details=details),
        Row("clock: samples, sessions", f"{findings.samples}, {findings.sessions}"),
        _none("entries out of order, or a chain that breaks", findings.entries_reordered),
        _none("entries rewritten", findings.entries_rewritten),
        _none("sample times repeated", findings.times_repeated),
        _none("sample times that do not rise within an anchor", findings.times_not_rising),
        _none("samples neither journaled nor in a gap", findings.samples_unaccounted),
        _none("sessions of a wrong duration", findings.durations_wrong),
        _none("sessions closed by the service", findings.sessions_closed_wrongly),
        Row("clock: sample times shown corrected", f"{findings.corrected}"),
        _none(
            f"shown times more than {findings.near_s:.0f} s from the truth",
            findings.corrected_wrong,
        ),
        Row("clock: shown time farthest from the truth", f"{findings.worst_shown_s:.2f} s"),
    ]


def _none(name: str, count: int) -> Row:
    return Row(f"clock: {name}", f"{count}", "0", count == 0)
