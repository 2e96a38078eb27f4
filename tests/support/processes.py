"""Other processes, for tests of what one program may do while another holds something."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_HOLD_PORT = """
import sys
from drivers.port import open_url
from drivers.profile.schema import PortSettings
with open_url(sys.argv[1], PortSettings()):
    print("open", flush=True)
    sys.stdin.read()
"""


_DROP_RIGHTS = """
import os
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


@contextmanager
def holding_port(path: str) -> Iterator[int]:
    """Yield the id of another process that has the port at ``path`` open."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD_PORT, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.pid
        process.communicate()


@contextmanager
def needlelog(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Yield ``needlelog`` running with ``arguments``; its output is in pipes."""
    with subprocess.Popen(
        [sys.executable, "-c", "from logger.cli.main import main; main()", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def as_nobody(imports: str, action: str) -> str:
    """Return what the Python code ``action`` prints in a process without root's rights.

    ``imports`` runs before, while the process may still read every file.
    """
    code = f"{imports}\n{_DROP_RIGHTS}\n{action}"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
