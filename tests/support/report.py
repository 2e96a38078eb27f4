"""What a benchmark or a laboratory found: rows with their targets, as a table and as JSON."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import apsw
import msgspec
from rich.console import Console
from rich.table import Table

_PACKAGES = ("needlelog", "aiomqtt", "paho-mqtt", "influxdb-client", "pyserial", "numpy", "msgspec")
_REASON_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``met`` is None where there is no target; ``details`` go into the JSON only."""

    name: str
    figure: str
    target: str = ""
    met: bool | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def failed(name: str, reason: str) -> Row:
    """Return the row of something that could not be measured; ``reason`` whole in the JSON."""
    first_line = reason.partition("\n")[0][:_REASON_AT_MOST]
    return Row(name, f"not measured: {first_line}", met=False, details={"reason": reason})


def print_table(rows: Sequence[Row], console: Console) -> None:
    """Print all rows for a person."""
    table = Table("measured", "figure", "target", "met")
    for row in rows:
        met = "" if row.met is None else "yes" if row.met else "NO"
        table.add_row(row.name, row.figure, row.target, met)
    console.print(table)


def write_json(path: Path, rows: Sequence[Row], run: Mapping[str, object]) -> None:
    """Write the rows, how they were taken (``run``) and the machine to ``path``."""
    report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run,
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def machine() -> dict[str, object]:
    """Return on what the figures were taken; absolutes mean little without it."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "load_average_1min": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "mosquitto": _first_line("mosquitto", "-h"),
        "victoria-metrics": _first_line("victoria-metrics", "--version"),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine()


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().partition("\n")[0]
