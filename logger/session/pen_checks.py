"""A check of a pen with a gauge: what may be told of it, by whom. Pure."""

import re
from collections.abc import Callable
from typing import Final

import msgspec

from drivers.channels import CHANNELS
from logger.accounts.model import Role
from logger.errors import CommandRefused
from logger.journal.kinds import PenChecked
from logger.session.orders import By
from logger.session.starting import check_note

CHECK_PEN = "pen.check"
KIND = "pen.checked"
CHECKING_ROLES: Final[tuple[Role, ...]] = ("practitioner", "administrator")
_GAUGE = re.compile(r"[A-Za-z0-9._/-]{1,64}")
_AHEAD_NS = 300_000_000_000
"""So far may the clock of whoever asks be ahead of the recorder's."""


class CheckPen(msgspec.Struct, frozen=True, kw_only=True):
    """``pen`` was set to ``depth_set_mm``, and ``gauge`` showed ``gauge_mm`` at ``at_unix_ns``."""

    pen: str
    depth_set_mm: float
    gauge_mm: float
    gauge: str
    at_unix_ns: int
    by: By
    remark: str = ""


def judge_check(
    order: CheckPen, is_pen: Callable[[str], bool], now_unix_ns: int, nonce: str
) -> PenChecked:
    """Return what is appended; CommandRefused, saying what is wrong, if nothing may be."""
    if order.by.role not in CHECKING_ROLES:
        raise CommandRefused(
            f"account {order.by.id} is {order.by.role}, and may not record a check of a pen",
            f"Sign in as {' or '.join(CHECKING_ROLES)}",
        )
    if not is_pen(order.pen):
        raise CommandRefused(f"no pen {order.pen} was ever linked", "Name one that was")
    channel = CHANNELS["depth_measured_mm"]
    for depth_mm in (order.depth_set_mm, order.gauge_mm):
        if not channel.low <= depth_mm <= channel.high:
            raise CommandRefused(
                f"{depth_mm:g} mm is no needle depth", f"Give {channel.low:g} to {channel.high:g}"
            )
    if not _GAUGE.fullmatch(order.gauge):
        raise CommandRefused(
            f"{order.gauge!r} is no number of a gauge", "Use up to 64 of A-Z a-z 0-9 . _ / -"
        )
    if not 0 <= order.at_unix_ns <= now_unix_ns + _AHEAD_NS:
        raise CommandRefused("that time is still to come, or never was", "Say when it was measured")
    return PenChecked(
        account=order.by.id,
        depth_set_mm=order.depth_set_mm,
        gauge_mm=order.gauge_mm,
        gauge=order.gauge,
        at_unix_ns=order.at_unix_ns,
        remark=check_note(order.remark),
        nonce=nonce,
    )
