"""Work that may take minutes, in a thread that gives way to everything else."""

import os
from collections.abc import Callable
from threading import Thread, get_native_id

_NICENESS = 10


def begin(work: Callable[[], None]) -> None:
    """Start ``work`` in a thread of its own; the end of the process does not wait for it."""

    def lowered() -> None:
        # On Linux a niceness is a thread's own.
        os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICENESS)
        work()

    Thread(target=lowered, daemon=True).start()
