"""The account of a pen's samples: written to the line, journaled, delivered, stored.

Every sample that the pen made between the first and the last one journaled is journaled
once, in the order in which it was made, or lies in a recorded gap. What came before the
first or after the last is counted apart: no entry can tell of it yet. So a laboratory lets
the recorder record some more samples after its last fault.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from drivers.simulator.log import read_log
from tests.faults.recorded import Ints, Made, Numbering, Recorded, boots, made, recorded

_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Account:
    """Counts of samples of one pen; ``offences`` say what is wrong, empty for nothing.

    ``missing`` were made between the first and the last journaled one and are not
    journaled: ``in_gaps`` of them lie in a gap. ``lost_on_the_line`` of them had been
    written to the line whole. ``told_missing`` is the sum of what gaps with a count tell.
    ``delivered`` and ``stored`` are None where they were not looked at.
    """

    pen: str
    made: int
    written: int
    journaled: int
    before_first: int
    after_last: int
    missing: int
    in_gaps: int
    told_missing: int
    uncounted_gaps: int
    lost_on_the_line: int
    delivered: int | None
    stored: int | None
    offences: tuple[str, ...]

    @property
    def unexplained(self) -> int:
        """Samples that are missing without a gap that says so."""
        return self.missing - self.in_gaps

    def assert_sound(self) -> None:
        """Fail with the first samples that are lost, repeated, out of place or made up."""
        assert not self.offences, f"{self.pen}: " + "; ".join(self.offences)

    def as_dict(self) -> dict[str, object]:
        """Return the account for a report's details."""
        return {**asdict(self), "unexplained": self.unexplained}


def account(
    logs: Sequence[Path],
    journals: Sequence[Path],
    *,
    messages: Sequence[Mapping[str, Any]] | None = None,
    stored_ns: Sequence[int] | Ints | None = None,
    resolution_ns: int = 1,
) -> Account:
    """Return the account of the one pen that wrote ``logs``, one log after the other.

    ``journals`` are data directories or files in order of succession. ``messages`` are
    the telemetry of the broker as it arrived; repeats are dropped by journal and position.
    ``stored_ns`` are the times of all points that the database returns, cut to
    ``resolution_ns``: with measurement and pen given, a time is a point's identity.
    """
    read = [read_log(path) for path in logs]
    pen = read[0].header.serial
    assert {log.header.serial for log in read} == {pen}
    numbering = Numbering(boots(read))
    held = recorded(journals, pen, numbering)
    offences: list[str] = []
    counts = _recording(made(read, numbering), held, numbering, offences)
    delivered = stored = None
    if messages is not None:
        delivered = _copies("delivered", held, _times_of(messages, pen), 1, offences)
    if stored_ns is not None:
        times_ns = np.sort(np.asarray(stored_ns, dtype=np.int64))
        stored = _copies("stored", held, times_ns, resolution_ns, offences)
    return Account(pen=pen, **counts, delivered=delivered, stored=stored, offences=tuple(offences))


def _recording(
    pen: Made, held: Recorded, numbering: Numbering, offences: list[str]
) -> dict[str, int]:
    if not held.is_counted:
        return _uncounted_recording(pen, held, offences)
    first, last = _ends(held.numbers)
    within = pen.numbers[(pen.numbers >= first) & (pen.numbers <= last)]
    missing = np.setdiff1d(within, held.numbers)
    explained = _in_gaps(missing, held, offences)

    offences += _wrong(pen, held, numbering, missing[~explained])
    return {
        "made": len(pen.numbers),
        "written": len(pen.written),
        "journaled": len(held.numbers),
        "before_first": int(np.sum(pen.written < first)),
        "after_last": int(np.sum(pen.written > last)),
        "missing": len(missing),
        "in_gaps": int(np.sum(explained)),
        "told_missing": sum(gap.count for gap in held.counted),
        "uncounted_gaps": len(held.uncounted),
        "lost_on_the_line": len(np.intersect1d(missing, pen.whole)),
    }


def _wrong(pen: Made, held: Recorded, numbering: Numbering, unexplained: Ints) -> list[str]:
    """Return what is wrong with what the journal holds and tells."""
    offences: list[str] = []

    def note(what: str, numbers: Ints) -> None:
        _note(what, [numbering.name(one) for one in numbers.tolist()], offences)

    order = np.diff(held.numbers)
    note("missing without a gap", unexplained)
    note("journaled twice", _repeated(held.numbers))
    note("journaled out of order", held.numbers[1:][order < 0])
    note("journaled and never written", np.setdiff1d(held.numbers, pen.written))
    note("told missing and journaled", _wrongly_told(held, held.numbers))
    for gap in held.counted:
        told = np.searchsorted(pen.numbers, [gap.first, gap.last + 1])
        if not gap.last - gap.first + 1 == gap.count == told[1] - told[0]:
            offences.append(f"a gap is wrong: {numbering.name(gap.first)}, {gap}")
    return offences


def _uncounted_recording(pen: Made, held: Recorded, offences: list[str]) -> dict[str, int]:
    """Of a pen without numbers only counts can be compared: a gap may hold any."""
    missing = len(pen.written) - len(held.numbers)
    explained = bool(held.uncounted)
    if missing < 0:
        offences.append(f"{-missing} samples more than were written")
    if missing > 0 and not explained:
        offences.append(f"{missing} samples are missing without a gap")
    return {
        "made": len(pen.numbers),
        "written": len(pen.written),
        "journaled": len(held.numbers),
        "before_first": 0,
        "after_last": 0,
        "missing": max(missing, 0),
        "in_gaps": max(missing, 0) if explained else 0,
        "told_missing": 0,
        "uncounted_gaps": len(held.uncounted),
        "lost_on_the_line": max(missing, 0),
    }


def _ends(numbers: Ints) -> tuple[int, int]:
    """Return the first and last number; without any, nothing lies between them."""
    return (int(numbers.min()), int(numbers.max())) if len(numbers) else (1 << 62, 1 << 62)


def _in_gaps(missing: Ints, held: Recorded, offences: list[str]) -> np.ndarray[Any, Any]:
    """Return which of the rising ``missing`` lie in a gap, bool [n]."""
    explained = np.zeros(len(missing), dtype=np.bool_)
    for first, last in _spans(held, offences):
        low, high = np.searchsorted(missing, [first, last + 1])
        explained[low:high] = True
    return explained


def _spans(held: Recorded, offences: list[str]) -> list[tuple[int, int]]:
    """Return first and last number of each gap; one without count lies between two samples."""
    number_at = dict(zip(held.times_ns.tolist(), held.numbers.tolist(), strict=True))
    spans = [(gap.first, gap.last) for gap in held.counted]
    for gap in held.uncounted:
        before = -1 if gap.from_ns is None else number_at.get(gap.from_ns)
        after = None if gap.to_ns is None else number_at.get(gap.to_ns)
        if before is None or after is None:
            offences.append(f"a gap does not lie between two samples: {gap}")
        else:
            spans.append((before + 1, after - 1))
    return spans


def _wrongly_told(held: Recorded, numbers: Ints) -> Ints:
    """Return the journaled samples that a gap tells missing."""
    rising = np.sort(numbers)
    spans = [np.searchsorted(rising, [first, last + 1]) for first, last in _spans(held, [])]
    return np.concatenate([rising[:0], *(rising[low:high] for low, high in spans)])


def _repeated(numbers: Ints) -> Ints:
    values, counts = np.unique(numbers, return_counts=True)
    return np.asarray(values[counts > 1])


def _times_of(messages: Sequence[Mapping[str, Any]], pen: str) -> Ints:
    """Return the time of every sample of ``pen`` in order of first arrival, UTC ns."""
    first: dict[tuple[str, int], Mapping[str, Any]] = {}
    for message in messages:
        if message["pen"] == pen:
            first.setdefault((message["journal"], message["position"]), message)
    times = [np.array(m["time_unix_us"]) * 1000 + m["anchor"] % 1000 for m in first.values()]
    return np.concatenate([np.zeros(0, dtype=np.int64), *times])


def _copies(
    what: str, held: Recorded, times_ns: Ints, resolution_ns: int, offences: list[str]
) -> int:
    """Compare what a receiver has with the journal, by the samples' unique times."""
    journaled = held.times_ns // resolution_ns
    copies = times_ns // resolution_ns
    order = np.argsort(journaled, kind="stable")
    at = np.searchsorted(journaled[order], copies)
    known = np.isin(copies, journaled)
    places = order[at[known]]
    _note(f"journaled and not {what}, by time", np.setdiff1d(journaled, copies).tolist(), offences)
    _note(f"{what} twice, by time", _repeated(copies).tolist(), offences)
    _note(f"{what} and not journaled, by time", copies[~known].tolist(), offences)
    if what == "delivered":
        late = copies[known][1:][np.diff(places) < 0]
        _note("delivered out of order, by time", late.tolist(), offences)
    return len(copies)


def _note(what: str, found: Sequence[object], offences: list[str]) -> None:
    if len(found):
        named = ", ".join(str(one) for one in found[:_NAMED_AT_MOST])
        offences.append(f"{len(found)} {what}: {named}")
