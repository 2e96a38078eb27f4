"""What reads much gives way to recording."""

import os
import subprocess
import sys

from logger.cli.priority import NICENESS

_COMMAND = "import os; from logger.cli.priority import giving_way; giving_way(print)(os.getpid()); "
_TELLS = _COMMAND + "print(os.nice(0))"


def _niceness_after(added: int) -> int:
    """Return the niceness at which a command runs that is started at so much more than ours."""
    done = subprocess.run(
        ["nice", "-n", str(added), sys.executable, "-c", _TELLS],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1])


def test_a_command_that_reads_much_runs_at_a_low_priority() -> None:
    assert _niceness_after(0) == max(NICENESS, os.nice(0))


def test_a_command_that_was_started_at_a_lower_one_stays_there() -> None:
    assert _niceness_after(19) == max(NICENESS, min(19, os.nice(0) + 19))
