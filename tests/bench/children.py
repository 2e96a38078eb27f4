"""Processes that the benchmark starts: always ended, and heard when they fail."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_POLITE_S = 60.0
_LOOK_EVERY_S = 0.01


class BenchFailed(Exception):
    """A part of the benchmark did not do what it must; says which, with its last words."""


class Child:
    """A started process; what it prints goes to a file of its own."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.name = name
        self.pid = process.pid
        self._process = process
        self._output = output

    def check(self) -> None:
        """Raise :class:`BenchFailed` if it has ended."""
        code = self._process.poll()
        if code is not None:
            raise BenchFailed(f"{self.name} ended with code {code}: {self.last_words()}")

    def end(self, polite_s: float = _POLITE_S) -> bool:
        """Send SIGTERM and wait; return False if it had to be killed."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(polite_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True

    def last_words(self) -> str:
        """Return the end of what it printed."""
        return self._output.read_text(encoding="utf-8", errors="replace")[-2000:].strip()

    def until(self, happened: Callable[[], bool], what: str, patience_s: float = 30.0) -> None:
        """Return once ``happened()``; BenchFailed if the child ends or patience does."""
        deadline = time.monotonic() + patience_s
        while not happened():
            self.check()
            if time.monotonic() > deadline:
                reason = f"{self.name}: no {what} in {patience_s:g} s"
                raise BenchFailed(f"{reason}: {self.last_words()}")
            time.sleep(_LOOK_EVERY_S)


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    directory: Path,
    *,
    core: int | None = None,
    niceness: int = 0,
) -> Iterator[Child]:
    """Run ``command`` while the context lasts, on one core only if it is named.

    A negative ``niceness`` lets it go first where the caller has the right to say so.
    """
    output = directory / f"{name}.out"
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment())
    child = Child(name, process, output)
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, process.pid, niceness)
        yield child
    finally:
        child.end(polite_s=10.0)


def environment() -> dict[str, str]:
    """Return this environment, with bytecode kept as an installed program has it.

    The settings of whoever runs the benchmark are left out.
    """
    hidden = ("PYTHONDONTWRITEBYTECODE", "NEEDLELOG_")
    return {key: value for key, value in os.environ.items() if not key.startswith(hidden)}


def needlelog(*arguments: str) -> list[str]:
    """Return the command line of ``needlelog`` in this environment."""
    return [str(Path(sys.executable).with_name("needlelog")), *arguments]
