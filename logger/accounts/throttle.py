"""How long a wrong password keeps an account waiting."""

from typing import Final

FREE_FAILURES: Final = 4
"""So many wrong passwords in a row cost nothing: people mistype."""
MOST_FAILURES: Final = 100
"""Then the password must be set anew (NIST SP 800-63B, 5.2.2: no more than 100)."""

_FIRST_WAIT_S: Final = 5
_LONGEST_WAIT_S: Final = 900


def wait_after_s(failures: int) -> int:
    """Return how long to wait after so many wrong passwords in a row: 5 s, doubled up to 15 min."""
    if failures <= FREE_FAILURES:
        return 0
    doublings = min(failures - FREE_FAILURES - 1, 10)
    return min(_FIRST_WAIT_S << doublings, _LONGEST_WAIT_S)


def still_to_wait_s(failures: int, last_unix_ns: int, now_unix_ns: int) -> float:
    """Return how long is left of the wait, 0 if none.

    A clock that was set back since makes nobody wait longer than the whole wait.
    """
    elapsed_s = max(0, now_unix_ns - last_unix_ns) / 1e9
    return max(0.0, wait_after_s(failures) - elapsed_s)
