import subprocess
import sys

from tests.bench.accounting import cpu_s, resident_bytes

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
BURN_IN_A_CHILD = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n"
TELL_AND_WAIT = "print('done', flush=True)\ninput()\n"


def _cost_s(script: str) -> float:
    with subprocess.Popen(
        [sys.executable, "-c", script + TELL_AND_WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        cost_s = cpu_s(process.pid)
        process.communicate("\n")
    return cost_s


def test_what_a_process_burnt_is_counted() -> None:
    assert _cost_s(BURN) >= 0.3


def test_what_an_ended_child_burnt_is_counted() -> None:
    # The kernel counts ended children in ticks of 10 ms, user and system apart.
    assert _cost_s(BURN_IN_A_CHILD) >= 0.28


def test_memory_that_a_process_fills_is_resident() -> None:
    filling = "held = bytearray(50_000_000)\nheld[::4096] = b'x' * len(held[::4096])\n"
    with subprocess.Popen(
        [sys.executable, "-c", filling + TELL_AND_WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        held_bytes = resident_bytes(process.pid)
        process.communicate("\n")
    assert held_bytes >= 50_000_000
