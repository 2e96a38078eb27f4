import pytest

from logger.errors import CommandRefused
from logger.session.legs import SIDES, ZONES, body_site, parse_side, parse_zone

# Verhoeff's tables, with which SNOMED CT guards its codes.
_D = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
_TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


def _checks_out(code: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(code)):
        value = int(digit)
        for _ in range(place % 8):
            value = _TURN[value]
        check = _D[check][value]
    return check == 0


def test_there_are_eleven_zones() -> None:
    assert len(ZONES) == 11


@pytest.mark.parametrize("zone", list(ZONES))
@pytest.mark.parametrize("side", SIDES)
def test_every_code_has_a_good_check_digit(side: str, zone: str) -> None:
    assert all(_checks_out(code) for code in body_site(side, zone).codes)


def test_the_check_finds_a_typing_error() -> None:
    assert not _checks_out("61396007")


def test_the_shin_has_a_code_that_tells_the_side_and_one_that_tells_the_surface() -> None:
    site = body_site("left", "anterior-lower-leg")
    assert site.codes == ("723590004", "25763004")
    assert site.text == "left anterior lower leg (shin)"


def test_a_surface_is_more_exact_than_the_sided_thigh() -> None:
    assert body_site("right", "anterior-thigh").codes == ("61248009", "11207009")


def test_a_zone_without_surface_has_its_region_and_text() -> None:
    site = body_site("left", "lateral-thigh")
    assert (site.codes, site.text) == (("61396006",), "left lateral thigh")


@pytest.mark.parametrize("text", ["anterior-thigh", "Anterior Thigh", " anterior_thigh "])
def test_case_blanks_and_dashes_do_not_matter(text: str) -> None:
    assert parse_zone(text) == "anterior-thigh"


def test_calf_is_understood() -> None:
    assert parse_zone("calf") == "posterior-lower-leg"


def test_a_wrong_zone_is_refused_with_all_that_there_are() -> None:
    with pytest.raises(CommandRefused) as refused:
        parse_zone("elbow")
    assert all(zone in refused.value.mend for zone in ZONES)


def test_a_wrong_side_is_refused() -> None:
    with pytest.raises(CommandRefused, match="left or right"):
        parse_side("middle")


def test_a_side_is_read_in_any_case() -> None:
    assert parse_side("Left") == "left"
