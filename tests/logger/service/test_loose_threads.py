"""What hangs in a thread holds up nobody's exit."""

import asyncio
import subprocess
import sys

import pytest

from logger.service.loose_threads import LooseThreads

_HANGING = """
import asyncio, time
from logger.service.loose_threads import LooseThreads

async def main():
    loop = asyncio.get_running_loop()
    loop.set_default_executor(LooseThreads())
    loop.run_in_executor(None, time.sleep, 600)
    print(await asyncio.to_thread(int, "7"))

asyncio.run(main())
"""


def test_a_call_that_hangs_does_not_keep_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HANGING], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "7\n"


async def test_an_error_reaches_whoever_waits() -> None:
    asyncio.get_running_loop().set_default_executor(LooseThreads())
    with pytest.raises(ValueError, match="invalid literal"):
        await asyncio.to_thread(int, "seven")
