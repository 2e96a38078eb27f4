"""Payloads of the messages that a broker keeps: what is true now, and the newest signed head."""

import msgspec

from drivers.model import is_simulated
from logger.journal.entry import Entry
from logger.sinks.allow import PublicEvent
from logger.sinks.present import PenPresent, SessionPresent

SCHEMA = 1

_ENCODE = msgspec.json.Encoder().encode


def bridge_state(online: bool) -> bytes:
    """Return the payload for the service's own state."""
    return _ENCODE({"schema": SCHEMA, "state": "online" if online else "offline"})


def availability(pen: PenPresent) -> bytes:
    """Return the payload that tells whether a pen's link is up."""
    return bridge_state(pen.online)


def session_state(pen: str, session: SessionPresent | None) -> bytes:
    """Return the payload for the session open on a pen now, if any."""
    if session is None:
        return _ENCODE({"schema": SCHEMA, "state": "none"})
    return _ENCODE(
        {
            "schema": SCHEMA,
            "state": session.state,
            "session": session.session,
            "side": session.side,
            "zone": session.zone,
            "since_unix_us": session.since_unix_ns // 1000,
            "simulated": is_simulated(pen),
        }
    )


def signed_head(site: str, entry: Entry, event: PublicEvent, historical: bool) -> bytes:
    """Return the payload for the head of the journal that ``entry`` tells of.

    ``position`` is that of the entry, ``head_position`` the last one that the head covers;
    ``signed`` is the very text that ``signature``, an armoured SSH signature, is of.
    """
    return _ENCODE(
        {
            "schema": SCHEMA,
            "site": site,
            "historical": historical,
            "position": entry.position,
            "time_unix_us": event.time_unix_ns // 1000,
            **event.fields,
        }
    )
