"""Commands that read much give way to recording on the same machine."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

NICENESS = 10
"""A tenth of the processor beside a recorder that wants it, all of it beside one that does not."""


def giving_way(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let ``command`` run at a low priority, or at that of the caller where it is lower."""

    @wraps(command)
    def lowered(*arguments: Any, **options: Any) -> Any:
        os.nice(max(0, NICENESS - os.nice(0)))
        return command(*arguments, **options)

    return lowered
