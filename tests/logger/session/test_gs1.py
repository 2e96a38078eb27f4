"""What a cartridge's scan text says, and which texts are refused."""

import pytest

from logger.errors import CommandRefused
from logger.journal.kinds import Cartridge
from logger.session.gs1 import possible_serials, read_leniently, read_scan

GTIN = "00850000000018"
WHOLE = f"(01){GTIN}(17)271231(10)L4471(21)0007"
READ = Cartridge(udi=WHOLE, gtin=GTIN, lot="L4471", expiry="2027-12-31", serial="0007")


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"(01) {GTIN} (17) 271231 (10) L4471 (21) 0007",
        f"01{GTIN}1727123110L4471\x1d210007",
        f"01{GTIN}1727123110L4471{{GS}}210007",
        f"01{GTIN}1727123110L4471<FNC1>210007\n",
        f"]d201{GTIN}1727123110L4471\x1d210007",
        f"]C1\x1d01{GTIN}1727123110L4471\x1d210007\x1d",
    ],
)
def test_one_code_is_read_the_same_however_the_scanner_writes_it(text: str) -> None:
    assert read_scan(text) == READ


def test_an_expiry_without_a_day_is_the_last_of_the_month() -> None:
    assert read_scan("(17)280200(10)A").expiry == "2028-02-29"


def test_other_identifiers_are_passed_over() -> None:
    assert read_scan(f"(01){GTIN}(11)260101(240)XY(10)A").lot == "A"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it tells neither GTIN (01), lot (10), expiry (17) nor serial number (21)"),
        ("(240)XY", "it tells neither"),
        ("+A123BJC5D6E71G", "this is no GS1 scan text"),
        ("]d1123456", "]d1 is the identifier of another kind of barcode"),
        ("(01)00850000000017(10)A", "Expected 8, got 7"),
        ("(17)270230(10)A", "this is no GS1 scan text"),
        ("(10)A(10)B", "it says (10) twice"),
        ("(10)A(B)C", "something in it is no (identifier) with its value"),
        (f"(10){'A' * 21}", "this is no GS1 scan text"),
        ("(10)Lé", "this is no GS1 scan text"),
    ],
)
def test_a_text_that_is_no_cartridge_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        read_scan(text)
    assert why in refused.value.reason
    assert "--lot" in refused.value.mend


def test_what_a_pen_sent_is_read_in_spite_of_a_wrong_check_digit() -> None:
    read = read_leniently("(01)00850000000017(21)0007")
    assert (read.gtin, read.serial) == ("00850000000017", "0007")


def test_what_a_pen_sent_is_kept_where_nothing_can_be_read() -> None:
    assert read_leniently("CART 7") == Cartridge(udi="CART 7")


@pytest.mark.parametrize(
    "text",
    [
        f"01{GTIN}1727123110L4471\x1d210007",
        f"]d201{GTIN}210007\x1d10L21",
        f"01{GTIN}210007{{GS}}10L4471",
        f"21(0007{{GS}}01{GTIN}",
        f"(01){GTIN}(21)0007(10)L21",
        f"(01) {GTIN} (21) 0007",
        "2121",
        "211",
    ],
)
def test_the_serial_number_is_among_those_that_an_index_takes_for_one(text: str) -> None:
    serial = read_scan(text).serial
    assert serial
    assert serial in possible_serials(text)
    assert serial in possible_serials(read_scan(text).udi)
