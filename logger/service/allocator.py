"""What keeps the memory of a process that runs for months from creeping up.

glibc serves large buffers from memory of their own, which it gives back, but only until
the first is freed: from then on it takes buffers of that size from its heap. Requests of
up to a megabyte, between objects that stay, leave holes there that nothing fits into.
"""

import ctypes

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_LARGE_BYTES = 128 * 1024
_KEPT_BYTES = 1024 * 1024


def give_large_buffers_back() -> None:
    """Let glibc take every buffer of 128 KiB or more from the system, and give it back.

    Does nothing where the C library is another one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
