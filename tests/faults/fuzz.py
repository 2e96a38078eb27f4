"""Fuzzing of framing, every kind of profile, the journal's payloads and the command socket."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import msgspec

from tests.faults.fuzz_flood import Found
from tests.faults.fuzz_targets import TARGETS
from tests.support.report import Row

FLOOD_INPUTS = 20_000_000
"""Over all targets together."""
GUIDED_INPUTS = 30_000
"""Of each target, where atheris runs."""
GROWTH_AT_MOST_BYTES = 4_000_000
PROCESSES = 2
_UNITS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_PATIENCE_S = 7200


def rows(place: Path, seed: int) -> list[Row]:
    """Flood every target, then let atheris look for what the flood did not reach."""
    del place
    each = FLOOD_INPUTS // len(TARGETS)
    with ThreadPoolExecutor(PROCESSES) as pool:
        floods = list(pool.map(lambda name: flooded(name, seed, each), TARGETS))
        found = [_flood_row(name, one) for name, one in zip(TARGETS, floods, strict=True)]
        if find_spec("atheris") is None:
            return [*found, Row("guided by coverage", "atheris does not run on this Python")]
        return [*found, *pool.map(lambda name: _guided_row(name, seed), TARGETS)]


def flooded(target: str, seed: int, count: int) -> Found:
    """Return what a flood of ``target`` in a process of its own found."""
    done = _child("flood", target, seed, count)
    if done.returncode:
        return Found(0, 0.0, 0, error=done.stderr[-500:])
    return msgspec.json.decode(done.stdout, type=Found)


def _flood_row(name: str, found: Found) -> Row:
    figure = f"{found.inputs:,} inputs, {found.grown_bytes / 1e6:+.1f} MB"
    return Row(
        f"fuzz {name}: exceptions",
        found.error or f"0 of {figure}",
        f"none, and at most {GROWTH_AT_MOST_BYTES / 1e6:.0f} MB more",
        not found.error and found.grown_bytes <= GROWTH_AT_MOST_BYTES,
        msgspec.structs.asdict(found),
    )


def _guided_row(name: str, seed: int) -> Row:
    done = _child("guided", name, seed, GUIDED_INPUTS)
    units = _UNITS.search(done.stderr)
    inputs = int(units.group(1)) if units else 0
    good = done.returncode == 0 and inputs >= GUIDED_INPUTS
    figure = f"0 of {inputs:,} inputs" if good else done.stderr[-500:]
    return Row(f"fuzz {name}, guided by coverage: exceptions", figure, "none", good)


def _child(how: str, target: str, seed: int, count: int) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.faults.fuzz_child", how, target, str(seed), str(count)]
    return subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
