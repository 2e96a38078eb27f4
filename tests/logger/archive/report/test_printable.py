from datetime import UTC, datetime

import msgspec
import pytest
import typst

from logger.archive.report.press import STANDARDS
from logger.archive.report.printable import PRINTED, all_printable, printable

FONTS = b"""
#set document(title: "every character")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern Math"))
#for one in json("data.json") [#one ]
"""


def test_every_character_that_is_let_through_can_be_printed() -> None:
    characters = [chr(code) for first, last in PRINTED for code in range(first, last + 1)]
    assert "".join(characters) == "".join(printable(one) for one in characters)
    inputs = {"main.typ": FONTS, "data.json": msgspec.json.encode(characters)}
    pdf = typst.compile(  # type: ignore[call-overload]  # its stub lacks the dict of files
        inputs,
        pdf_standards=list(STANDARDS),
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
        ignore_system_fonts=True,
    )
    assert pdf.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe ½ µ ≤ Łódź Ωμ Привет", "Größe ½ µ ≤ Łódź Ωμ Привет"),
        ("a\u0308", "ä"),
        ("😀", "[U+1F600]"),
        ("\u202egnp", "[U+202E]gnp"),
        ("\ue000 \x07\x00 \ud800", "[U+E000] [U+0007][U+0000] [U+D800]"),
        ("one\r\ntwo\tthree", "one\ntwo three"),
    ],
)
def test_what_cannot_be_printed_stands_as_its_number(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_long_word_may_be_broken() -> None:
    shown = printable("W" * 80)
    assert shown.replace("\u200b", "") == "W" * 80
    assert max(map(len, shown.split("\u200b"))) <= 25


def test_all_texts_in_data_are_made_printable() -> None:
    assert all_printable({"a": ["😀", 1, None, ("😀",)]}) == {
        "a": ["[U+1F600]", 1, None, ["[U+1F600]"]]
    }
