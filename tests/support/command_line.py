"""``needlelog`` called as from a shell: in this process for speed, or in one of its own."""

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from logger.cli.main import main
from tests.support.recorder_process import NEEDLELOG, environment

_PATIENCE_S = 60
_PRIORITY = os.nice(0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return what it printed as JSON."""
        return json.loads(self.out)


def call(*arguments: str | Path, **environ: str) -> Answer:
    """Return the answer to ``needlelog ARGUMENTS``, called in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["needlelog", *map(str, arguments)]),
        patch.dict("os.environ", environment(**environ), clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as exited:
            code = exited.code
    # Some commands give way to recording; the tests that follow shall not.
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    assert isinstance(code, int)
    return Answer(code, out.getvalue(), err.getvalue())


def call_process(*arguments: str | Path, **environ: str) -> Answer:
    """Return the answer to ``needlelog ARGUMENTS``, called as a process of its own."""
    done = subprocess.run(
        [NEEDLELOG, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment(**environ),
        timeout=_PATIENCE_S,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def assert_one_line(answer: Answer, code: int, place: str, mend: str) -> None:
    """Fail unless ``answer`` is one line ``error: place: problem. mend``, and nothing else."""
    assert answer.out == ""
    (line,) = answer.err.splitlines()
    assert line.startswith(f"error: {place}"), line
    assert mend in line
    assert "Traceback" not in line
    assert answer.code == code
