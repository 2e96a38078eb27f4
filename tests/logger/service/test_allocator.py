"""Large buffers do not stay in the heap between what is kept."""

import subprocess
import sys

_SCRIPT = """
import ctypes
from logger.service.allocator import keep_one_heap

class Account(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
        "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Account
keep_one_heap()
first = bytearray(1_000_000)
del first
before = library.mallinfo2().hblkhd
second = bytearray(500_000)
print(library.mallinfo2().hblkhd - before)
"""


def test_a_large_buffer_has_memory_of_its_own_though_a_larger_one_was_freed() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, check=True, text=True
    )
    assert int(printed.stdout) >= 500_000
