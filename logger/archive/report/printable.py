"""Text as the reports' fonts can print it; what they cannot is shown by its number.

PDF/A wants a glyph for every character, and a note may hold any. The typst wheel's own
fonts (Libertinus Serif, DejaVu Sans Mono) have one for all that is listed here; using no
other is what makes a report the same on every machine.
"""

import re
import unicodedata
from typing import Any

PRINTED = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x2FF),
    (0x386, 0x386),
    (0x388, 0x38A),
    (0x38C, 0x38C),
    (0x38E, 0x3A1),
    (0x3A3, 0x482),
    (0x48A, 0x4FF),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x2040),
    (0x2070, 0x2071),
    (0x2074, 0x208E),
    (0x20A0, 0x20C0),
    (0x2100, 0x211E),
    (0x2190, 0x22FF),
)
"""First and last code point of each range: Latin, Greek, Cyrillic, punctuation, signs."""

_OTHER = re.compile(
    "[^\n" + "".join(f"{chr(first)}-{chr(last)}" for first, last in PRINTED).replace("\\", "\\\\")
    .replace("]", "\\]") + "]"
)  # fmt: skip
_LONG = re.compile(r"\S{25}(?=\S)")
_BREAK_HERE = "\u200b"


def printable(text: str) -> str:
    """Return ``text`` with every character that cannot be printed as ``[U+1F600]``.

    Long words get places at which a line may break; they leave no mark.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    shown = _OTHER.sub(lambda found: f"[U+{ord(found[0]):04X}]", composed)
    return _LONG.sub(lambda found: found[0] + _BREAK_HERE, shown)


def all_printable(value: Any) -> Any:
    """Return ``value``, of JSON's own types, with each text in it made printable."""
    match value:
        case str():
            return printable(value)
        case dict():
            return {key: all_printable(one) for key, one in value.items()}
        case list() | tuple():
            return [all_printable(one) for one in value]
    return value
