"""Times as exports write them: UTC, and local beside it, with all nine digits."""

from datetime import UTC, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

_NS_PER_S = 1_000_000_000


def utc_text(unix_ns: int) -> str:
    """Return a time as ISO 8601 in UTC with all nine digits: ``2026-11-22T08:07:00.000000001Z``."""
    seconds, fraction_ns = divmod(unix_ns, _NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction_ns:09d}Z"


def local_text(unix_ns: int, zone: tzinfo | None) -> str:
    """Return a time in ``zone`` with its offset: ``2026-11-22T09:07:00.000000001+01:00``.

    None is the machine's zone.
    """
    seconds, fraction_ns = divmod(unix_ns, _NS_PER_S)
    before, offset = _local(seconds, zone)
    return f"{before}.{fraction_ns:09d}{offset}"


def time_texts(times_ns: NDArray[np.int64], zone: tzinfo | None) -> tuple[list[str], list[str]]:
    """Return all times in UTC, and all in ``zone``; a second is worked out but once."""
    seconds, fractions_ns = np.divmod(times_ns, _NS_PER_S)
    known = {second: _around(second, zone) for second in np.unique(seconds).tolist()}
    parts = [
        (known[second], f"{fraction_ns:09d}")
        for second, fraction_ns in zip(seconds.tolist(), fractions_ns.tolist(), strict=True)
    ]
    utc = [f"{around[0]}{fraction}Z" for around, fraction in parts]
    return utc, [f"{around[1]}{fraction}{around[2]}" for around, fraction in parts]


def _around(second: int, zone: tzinfo | None) -> tuple[str, str, str]:
    """Return what stands around the fraction: UTC before it, local before it and after it."""
    utc = datetime.fromtimestamp(second, UTC)
    before, offset = _local(second, zone)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.", f"{before}.", offset


def _local(second: int, zone: tzinfo | None) -> tuple[str, str]:
    local = datetime.fromtimestamp(second, UTC).astimezone(zone)
    before = f"{local:%Y-%m-%dT%H:%M:%S}"
    return before, local.isoformat()[len(before) :]
