"""The base of all payloads."""

import msgspec


class Payload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all payloads; gives them one encoding."""
