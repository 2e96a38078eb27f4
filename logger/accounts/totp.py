"""Codes of a second factor: those that an authenticator app shows, and those for its loss. Pure.

RFC 6238 with what every app takes: HMAC-SHA-1, six digits, steps of 30 s; one step to either
side is taken, for clocks that are off. The secret has 160 bits (RFC 4226, 4).
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Final

import pyotp

STEP_S: Final = 30
RECOVERY_CODES: Final = 8

_NS_PER_S = 1_000_000_000
_SECRET_BYTES = 20
_STEPS_OFF = 1
_DIGITS = 6
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _IN_GROUP = 6, 4


def make_secret(random_bytes: Callable[[int], bytes]) -> str:
    """Return a new secret in base 32, as people type it where no camera is at hand."""
    return base64.b32encode(random_bytes(_SECRET_BYTES)).decode()


def address_of(secret: str, account: str, site: str) -> str:
    """Return the ``otpauth:`` address that a QR code shows."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=f"needlelog {site}")


def step_of(secret: str, code: str, now_unix_ns: int, after_step: int = -1) -> int | None:
    """Return of which step ``code`` is, beyond ``after_step``; None if of none that is now."""
    typed = "".join(code.split())
    if len(typed) != _DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    now = now_unix_ns // _NS_PER_S // STEP_S
    made = pyotp.TOTP(secret)
    for step in range(max(0, now - _STEPS_OFF), now + _STEPS_OFF + 1):
        if step > after_step and hmac.compare_digest(made.generate_otp(step), typed):
            return step
    return None


def make_recovery_codes(random_bytes: Callable[[int], bytes]) -> list[str]:
    """Return codes that each stand for one of the app's, once: 120 bits in groups of four."""
    return [_recovery_code(random_bytes) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> str:
    """Return by which hash a recovery code is kept, however it was typed.

    SHA-256: of more than 112 random bits nobody needs a slower one (NIST SP 800-63B, 5.1.2.2).
    """
    bare = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()


def _recovery_code(random_bytes: Callable[[int], bytes]) -> str:
    letters = [_LETTERS[one % len(_LETTERS)] for one in random_bytes(_GROUPS * _IN_GROUP)]
    groups = range(0, len(letters), _IN_GROUP)
    return "-".join("".join(letters[at : at + _IN_GROUP]) for at in groups)
