"""``python -m logger.archive DATA_DIR NICENESS RETENTION``: one round beside the running recorder.

RETENTION are the settings of that name, as JSON.

Prints what it came to as JSON. Exit code 0 if all that was due is sealed, else 1, with the
reason in a line on the standard error.
"""

import os
import sys
import time
from pathlib import Path

import msgspec

from logger.archive.retention.settings import RetentionSettings
from logger.archive.round import run_round
from logger.command_socket import send_order
from logger.errors import NeedlelogError


def main(data_dir: Path, niceness: int, retention: RetentionSettings) -> int:
    """Run one round at low priority; returns the exit code."""
    os.nice(niceness)
    try:
        done = run_round(
            data_dir,
            lambda order, arguments: send_order(data_dir, order, arguments),
            time.time_ns,
            retention,
        )
    except NeedlelogError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(msgspec.json.encode(done).decode() + "\n")
    sys.stderr.writelines(f"{one}\n" for one in done.failed)
    return 1 if done.failed else 0


if __name__ == "__main__":
    place, nice, settings = sys.argv[1:4]
    sys.exit(main(Path(place), int(nice), RetentionSettings.model_validate_json(settings)))
