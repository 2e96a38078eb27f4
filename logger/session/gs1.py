"""What the scan text of a cartridge says: GS1 element strings.

Sources: GS1 General Specifications, chapters 3 (application identifiers) and 5 and 7.8 (FNC1,
symbology identifiers). Parsed by biip, which is imported when there is a text to parse:
it takes 21 MB, and the recorder parses none.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from logger.errors import CommandRefused
from logger.journal.kinds import Cartridge

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString
    from biip.gs1_messages import GS1Message

_FNC1: Final = "\x1d"
_FNC1_WRITTEN: Final = ("{GS}", "<GS>", "{FNC1}", "<FNC1>", "\u241d")
"""How scanners and people write the separator that no keyboard has."""

_GS1_SYMBOLOGIES: Final = ("]C1", "]e0", "]d2", "]Q3", "]J1")
_SYMBOLOGY_CHARACTERS: Final = 3

_GTIN, _LOT, _EXPIRY, _SERIAL = "01", "10", "17", "21"
_SERIAL_CHARACTERS: Final = 20
_IDENTIFIER: Final = re.compile(r"\((\d{2,4})\)")
_MEND: Final = "Scan its GS1 code, or give --lot, --expiry and --needles instead"


def read_scan(text: str) -> Cartridge:
    """Return what the scan text of a cartridge says, ``udi`` in GS1's form with parentheses.

    Taken with or without a symbology identifier such as ``]d2``; separators as FNC1 (GS),
    ``{GS}`` or as parentheses around identifiers. CommandRefused for a text that is no GS1
    message, breaks its rules or says nothing of a cartridge.
    """
    cartridge, flaw = _parsed(text)
    if cartridge is None or flaw:
        raise CommandRefused(f"cartridge {text!r}: {flaw}", _MEND)
    return cartridge


def read_leniently(text: str) -> Cartridge:
    """Return the same of a text that was taken as it is: what can be read of it, if anything."""
    cartridge, _ = _parsed(text)
    return cartridge if cartridge is not None else Cartridge(udi=text)


def possible_serials(text: str) -> set[str]:
    """Return what may be the serial number that a scan text tells: all that follows a 21.

    For an index: nothing is parsed, and the serial number is among them if there is one.
    """
    for written in _FNC1_WRITTEN:
        text = text.replace(written, _FNC1)
    if text.lstrip().startswith("("):
        named = _IDENTIFIER.split("".join(text.split()))
        return {value for ai, value in zip(named[1::2], named[2::2], strict=True) if ai == _SERIAL}
    runs = [run.strip() for run in text.split(_FNC1)]
    found = {run[at.end() :] for run in runs for at in re.finditer(_SERIAL, run)}
    return {one for one in found if 0 < len(one) <= _SERIAL_CHARACTERS}


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[Cartridge | None, str]:
    """Return what ``text`` says, and what is wrong with it; None where nothing can be read."""
    from biip import ParseError  # noqa: PLC0415 - see above

    try:
        message = _message(_plain(text))
    except (ParseError, ValueError) as error:
        # What follows is a regular expression.
        why, _, _ = str(error).partition(" pattern ")
        return None, f"this is no GS1 scan text ({why.rstrip('.')})".replace(_FNC1, "{GS}")
    found: dict[str, GS1ElementString] = {}
    for one in message.element_strings:
        if found.setdefault(one.ai.ai, one).value != one.value:
            return None, f"it says ({one.ai.ai}) twice"
    if not found.keys() & {_GTIN, _LOT, _EXPIRY, _SERIAL}:
        return None, "it tells neither GTIN (01), lot (10), expiry (17) nor serial number (21)"
    expiry = found[_EXPIRY].date if _EXPIRY in found else None
    cartridge = Cartridge(
        udi=message.as_hri(),
        gtin=_value(found, _GTIN),
        lot=_value(found, _LOT),
        expiry=expiry.isoformat() if expiry else "",
        serial=_value(found, _SERIAL),
    )
    gtin = found.get(_GTIN)
    return cartridge, (gtin.gtin_error or "").rstrip(".") if gtin is not None else ""


def _plain(text: str) -> str:
    """Return the message without symbology identifier, its separators as FNC1."""
    plain = text.strip()
    for written in _FNC1_WRITTEN:
        plain = plain.replace(written, _FNC1)
    if plain.startswith("]"):
        symbology, plain = plain[:_SYMBOLOGY_CHARACTERS], plain[_SYMBOLOGY_CHARACTERS:]
        if symbology not in _GS1_SYMBOLOGIES:
            raise ValueError(f"{symbology} is the identifier of another kind of barcode")
    return plain.strip(_FNC1)


def _message(plain: str) -> "GS1Message":
    from biip.gs1_messages import GS1Message  # noqa: PLC0415 - see above

    if not plain.startswith("("):
        return GS1Message.parse(plain)
    message = GS1Message.parse_hri(plain)
    if message.as_hri() != "".join(plain.split()):
        raise ValueError("something in it is no (identifier) with its value")
    return message


def _value(found: "dict[str, GS1ElementString]", identifier: str) -> str:
    return found[identifier].value if identifier in found else ""
