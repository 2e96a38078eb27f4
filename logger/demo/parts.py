"""The demo's processes: broker, simulated pen and recorder, each as a user would start it."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from logger.errors import NotRunning

END_WITHIN_S = 8.0
NEEDLELOG = (sys.executable, "-m", "logger.cli.main")


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo's parts are found, and the processes that run."""

    data_dir: Path
    broker_port: int
    settings_file: Path
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)

    def check(self) -> None:
        """Raise :class:`NotRunning` if a part has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = self.data_dir / f"{name}.log"
                raise NotRunning(f"the demo's {name} has ended", f"{log} says why")


@contextlib.contextmanager
def running_parts(data_dir: Path, seed: int) -> Iterator[Demo]:
    """Start all parts, and end them with the context, the recorder first."""
    data_dir.mkdir(parents=True, exist_ok=True)
    demo = Demo(data_dir.resolve(), _free_port(), data_dir.resolve() / "needlelog.toml")
    pen = demo.data_dir / "pen"
    demo.settings_file.write_text(_settings(demo, pen), encoding="utf-8")
    with contextlib.ExitStack() as parts:
        broker = (sys.executable, "-m", "logger.demo.broker", str(demo.broker_port))
        parts.enter_context(_child(broker, demo, "broker", ready="ready"))
        simulate = (*NEEDLELOG, "simulate", "--link", str(pen), "--seed", str(seed))
        parts.enter_context(_child((*simulate, "--script", "short"), demo, "simulator"))
        parts.enter_context(_child((*NEEDLELOG, "run"), demo, "recorder"))
        yield demo


@contextlib.contextmanager
def _child(
    command: Sequence[str], demo: Demo, name: str, ready: str | None = None
) -> Iterator[None]:
    """Run ``command`` while the context lasts; its log stands in the data directory."""
    with (demo.data_dir / f"{name}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if ready else log,
            stderr=log,
            env=_environment(demo.settings_file),
            start_new_session=True,
            text=True,
        )
        try:
            if ready and process.stdout and process.stdout.readline().strip() != ready:
                raise NotRunning(f"the demo's {name} did not start", f"{log.name} says why")
            demo.processes[name] = process
            yield
        finally:
            demo.processes.pop(name, None)
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def _environment(settings_file: Path) -> Mapping[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NEEDLELOG_")}
    return {**kept, "NEEDLELOG_CONFIG": str(settings_file)}


def _settings(demo: Demo, pen: Path) -> str:
    return f"""\
# Written by `needlelog demo`.
site = "demo"
data_dir = "{demo.data_dir}"

[[pens]]
port = "{pen}"
profile = "npt"

[mqtt]
host = "127.0.0.1"
port = {demo.broker_port}
protocol = "3.1.1"
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
