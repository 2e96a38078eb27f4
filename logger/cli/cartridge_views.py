"""The cartridges of a session as lines of text for a terminal."""

from collections.abc import Sequence

from logger.journal.kinds import Cartridge
from logger.session.cartridge_flags import CartridgeFlag, cartridges_of
from logger.session.model import Session

_NAMED = 3


def cartridge_lines(session: Session, flags: Sequence[CartridgeFlag]) -> list[str]:
    """Return a line for each cartridge, and one for each flag."""
    by = {"typed": "typed", "pen": "read by the pen"}
    lines = [f"  cartridge {_text(one)} ({by[source]})" for source, one in cartridges_of(session)]
    return [*lines, *(_flag_line(flag) for flag in flags)]


def _flag_line(flag: CartridgeFlag) -> str:
    if flag.what == "expired":
        return f"     EXPIRED on {flag.cartridge.expiry}, used on {flag.day}"
    named = ", ".join(flag.sessions[:_NAMED])
    more = len(flag.sessions) - _NAMED
    return f"     USED BEFORE in session {named}" + (f" and {more} more" if more > 0 else "")


def _text(cartridge: Cartridge) -> str:
    words = [
        ("", cartridge.udi),
        ("lot ", cartridge.lot),
        ("expiry ", cartridge.expiry),
        ("serial ", cartridge.serial),
        ("", "" if cartridge.needle_count is None else f"{cartridge.needle_count} needles"),
    ]
    return ", ".join(f"{name}{value}" for name, value in words if value)
