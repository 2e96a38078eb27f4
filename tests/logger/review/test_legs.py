"""The legs on the screen."""

from xml.etree import ElementTree as ET

from logger.review.legs import drawing
from logger.session.legs import SIDES, ZONES


def test_every_site_can_be_pointed_at() -> None:
    shapes = [one for one in ET.fromstring(drawing("legs")).iter() if "data-side" in one.attrib]
    sites = {(one.get("data-side"), one.get("data-zone")) for one in shapes}
    assert sites == {(side, zone) for side in SIDES for zone in ZONES}


def test_a_site_has_the_classes_that_it_is_given() -> None:
    svg = ET.fromstring(drawing("legs", {("left", "medial-thigh"): "shade-3"}))
    shaded = [one for one in svg.iter() if "shade-3" in one.get("class", "")]
    assert {one.get("data-zone") for one in shaded} == {"medial-thigh"}
    assert {one.get("data-side") for one in shaded} == {"left"}


def test_a_label_is_text_and_no_markup() -> None:
    svg = drawing("legs", labels={("left", "medial-thigh"): "<b>1</b>"})
    assert "<b>" not in svg


def test_it_carries_no_style_of_its_own() -> None:
    assert "style" not in drawing("legs")
