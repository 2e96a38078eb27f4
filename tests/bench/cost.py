"""The rows that compare needlelog with the plain script under the same load."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.bed import Timing
from tests.bench.delivery import Delivery, deliver, deliver_plainly
from tests.bench.generator import Load
from tests.support.report import Row

RESIDENT_MB_MAX = 90.0


@dataclass(frozen=True, slots=True)
class Case:
    """A load and what is promised for it; None where nothing is."""

    pens: int
    rate_hz: float
    script_over_ours_min: float | None = None
    cpu_us_max: float | None = None
    resident_mb_max: float | None = None


CASES = {
    "1x100": Case(1, 100, script_over_ours_min=10),
    "8x100": Case(8, 100, script_over_ours_min=20, resident_mb_max=RESIDENT_MB_MAX),
    "8x1000": Case(8, 1000, cpu_us_max=10),
}


def measure(case: Case, timing: Timing, repeats: int) -> list[Row]:
    """Return the rows of ``case``; each figure the median of ``repeats``, losses their sum."""
    ours: list[Delivery] = []
    plain: list[Delivery] = []
    for seed in range(1, repeats + 1):
        plain.append(deliver_plainly(_load(case, "npt-line", seed), timing))
        ours.append(deliver(_load(case, "npt", seed), timing))
    lines = [deliver(_load(case, "npt-line", 1), timing)]
    rows = [_plain_row(case, plain), _cpu_row(case, ours, plain), _lost_row(case, ours)]
    if case.resident_mb_max is not None:
        rows.append(_resident_row(case, ours))
    return [*rows, _line_row(case, lines)]


def _load(case: Case, profile: str, seed: int) -> Load:
    return Load(case.pens, case.rate_hz, profile, seed=100 * seed)


def _title(case: Case) -> str:
    return f"{case.pens} × {case.rate_hz:g} Hz"


def _cpu_us(taken: Sequence[Delivery]) -> float:
    return median(one.cpu_us for one in taken)


def _details(taken: Sequence[Delivery]) -> dict[str, object]:
    return {"runs": [one.details() for one in taken]}


def _plain_row(case: Case, plain: Sequence[Delivery]) -> Row:
    sent = sum(one.sent for one in plain)
    lost = sum(max(one.lost.values()) for one in plain)
    figure = f"{_cpu_us(plain):.0f} µs, {lost / sent:.1%} lost"
    return Row(f"{_title(case)}: plain script, CPU a kept sample", figure, details=_details(plain))


def _cpu_row(case: Case, ours: Sequence[Delivery], plain: Sequence[Delivery]) -> Row:
    cpu_us, ratio = _cpu_us(ours), _cpu_us(plain) / _cpu_us(ours)
    target, met = "", None
    if case.script_over_ours_min is not None:
        target = f"at most 1/{case.script_over_ours_min:g} of the script"
        met = ratio >= case.script_over_ours_min
    if case.cpu_us_max is not None:
        target, met = f"at most {case.cpu_us_max:g} µs", cpu_us <= case.cpu_us_max
    figure = f"{cpu_us:.1f} µs, 1/{ratio:.1f} of the script"
    return Row(f"{_title(case)}: CPU a sample", figure, target, met, _details(ours))


def _lost_row(case: Case, ours: Sequence[Delivery]) -> Row:
    lost = {place: sum(one.lost[place] for one in ours) for place in ours[0].lost}
    sent = sum(one.sent for one in ours)
    figure = ", ".join(f"{place} {number}" for place, number in lost.items())
    met = not any(lost.values())
    return Row(f"{_title(case)}: lost of {sent} samples", figure, "none", met)


def _line_row(case: Case, lines: Sequence[Delivery]) -> Row:
    name = f"{_title(case)}: CPU a sample, profile npt-line"
    return Row(name, f"{_cpu_us(lines):.1f} µs", details=_details(lines))


def _resident_row(case: Case, ours: Sequence[Delivery]) -> Row:
    resident_mb = max(one.resident_mb for one in ours)
    return Row(
        f"{_title(case)}: resident memory",
        f"{resident_mb:.1f} MB",
        f"at most {case.resident_mb_max:g} MB",
        case.resident_mb_max is None or resident_mb <= case.resident_mb_max,
    )
