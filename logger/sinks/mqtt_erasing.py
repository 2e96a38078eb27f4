"""What subscribers are told of an erasure, so that they forget what they keep."""

from collections.abc import Iterable

import msgspec

from logger.sinks.allow import PublicErasure, public_erasure
from logger.sinks.mqtt_states import SCHEMA
from logger.sinks.sink import Labelled

_ENCODE = msgspec.json.Encoder().encode


def erasure_message(site: str, journal: str, told: PublicErasure, historical: bool) -> bytes:
    """Return the payload: ids of sessions, and the positions of what their pens said."""
    return _ENCODE(
        {
            "schema": SCHEMA,
            "site": site,
            "historical": historical,
            "journal": journal,
            "position": told.position,
            "time_unix_us": told.time_unix_ns // 1000,
            "sessions": told.sessions,
            "stretches": told.stretches,
        }
    )


def pens_of_erased(batch: Iterable[Labelled]) -> set[str]:
    """Return the pens whose sessions ``batch`` erases."""
    erasures = [public_erasure(item.entry) for item in batch]
    return {pen for told in erasures if told is not None for pen in told.pens}
