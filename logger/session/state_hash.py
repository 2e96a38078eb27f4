"""What a review or signature covers, as one number."""

import hashlib
import json
from typing import Any

import msgspec

from logger.session.model import Session

_BESIDE = ("clock_correction_ns", "corrected_started_unix_ns")
"""Reckoned from readings of the clock that may come much later, by nobody's act."""

_SIGNING = ("review_state", "reviews", "signatures", "statistics_due")


def state_hash(session: Session) -> str:
    """Return the SHA-256, as hex, of all that is shown of a session but reviews and signatures.

    Of its canonical JSON: the session's fields, without the corrected start, and of
    ``record`` without ``review_state``, ``reviews``, ``signatures`` and ``statistics_due``;
    keys sorted, no blanks, UTF-8.
    """
    shown: dict[str, Any] = msgspec.to_builtins(session)
    for field in _BESIDE:
        del shown[field]
    for field in _SIGNING:
        del shown["record"][field]
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
