"""The demo's processes, each as a user would start it: broker, pens, recorder and console."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from logger.demo.plans import PLANS_FILE, plans_text
from logger.demo.visits import PENS, SITE
from logger.errors import NotRunning

CONSOLE_PORT = 8480
CARTRIDGE_EVERY_S = 30
"""The pens' script takes a fresh one so often."""
END_WITHIN_S = 8.0
NEEDLELOG = (sys.executable, "-m", "logger.cli.main")


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo's parts are found, and the processes that run."""

    data_dir: Path
    broker_port: int
    console_port: int
    settings_file: Path
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Return where the console is."""
        return f"http://127.0.0.1:{self.console_port}/"

    def check(self) -> None:
        """Raise :class:`NotRunning` if a part has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = self.data_dir / f"{name}.log"
                raise NotRunning(f"the demo's {name} has ended", f"{log} says why")


@contextlib.contextmanager
def running_parts(data_dir: Path, seed: int, now_s: float) -> Iterator[Demo]:
    """Start all parts, and end them with the context, the console first, then the recorder.

    A new ``data_dir`` first gets its archive. ``now_s`` is the time, so that the pens' cartridges
    are others than the last time's. NotRunning where a part does not start.
    """
    data_dir = data_dir.resolve()
    _prepare(data_dir, seed)
    demo = Demo(data_dir, free_port(), free_port(CONSOLE_PORT), data_dir / "needlelog.toml")
    demo.settings_file.write_text(_settings(demo), encoding="utf-8")
    plans = data_dir / PLANS_FILE
    if not plans.exists():
        plans.write_text(plans_text(), encoding="utf-8")
    with contextlib.ExitStack() as parts:
        broker = (sys.executable, "-m", "logger.demo.broker", str(demo.broker_port))
        parts.enter_context(_child(broker, demo, "broker", ready="ready"))
        for number, serial in enumerate(PENS):
            pen = _simulated(demo, serial, seed + number, number, now_s)
            parts.enter_context(_child(pen, demo, f"simulator-{number + 1}"))
        parts.enter_context(_child((*NEEDLELOG, "run"), demo, "recorder"))
        console = (*NEEDLELOG, "console")
        parts.enter_context(_child(console, demo, "console", ready="console: "))
        yield demo


def _prepare(data_dir: Path, seed: int) -> None:
    command = (sys.executable, "-m", "logger.demo.preparing", str(data_dir), str(seed))
    done = subprocess.run(  # noqa: S603 - our own program
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
        text=True,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it ended"])[-1]
        raise NotRunning(f"{data_dir} cannot be made ready: {reason}", "Give another --dir")


def _simulated(demo: Demo, serial: str, seed: int, number: int, now_s: float) -> Sequence[str]:
    """Return the command that plays a pen, with cartridges that no earlier one had."""
    used = int(now_s) // CARTRIDGE_EVERY_S + number * 10**9
    link = demo.data_dir / serial
    options = ("--link", str(link), "--serial", serial, "--seed", str(seed))
    return (*NEEDLELOG, "simulate", *options, "--script", "short", "--cartridges-used", str(used))


def free_port(wanted: int = 0) -> int:
    """Return ``wanted``, or another port of loopback where that is taken."""
    try:
        with socket.create_server(("127.0.0.1", wanted)) as probe:
            port: int = probe.getsockname()[1]
            return port
    except OSError:
        if not wanted:
            raise
        return free_port()


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
            if ready and process.stdout and not process.stdout.readline().startswith(ready):
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


def _settings(demo: Demo) -> str:
    pens = "".join(
        f'\n[[pens]]\nport = "{demo.data_dir / serial}"\nprofile = "npt"\n' for serial in PENS
    )
    return f"""\
# Written by `needlelog demo`.
site = "{SITE}"
data_dir = "{demo.data_dir}"
plans_file = "{PLANS_FILE}"
{pens}
[console]
port = {demo.console_port}

[mqtt]
host = "127.0.0.1"
port = {demo.broker_port}
protocol = "3.1.1"
"""
