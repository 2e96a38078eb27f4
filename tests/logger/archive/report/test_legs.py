import xml.etree.ElementTree as ET
from importlib.resources import files

import pytest

from logger.archive.report.legs import Shading, coloured, shading_of
from logger.session.legs import SIDES, ZONES

SVG = "{http://www.w3.org/2000/svg}"
SITES = [(side, zone) for side in SIDES for zone in ZONES]


def _drawing() -> ET.Element:
    return ET.fromstring(files("logger.archive.report").joinpath("legs.svg").read_text("utf-8"))


@pytest.mark.parametrize("site", SITES, ids="-".join)
def test_every_zone_is_drawn_on_either_leg_with_a_place_for_its_value(
    site: tuple[str, str],
) -> None:
    name = "-".join(site)
    places = _drawing().iter()
    classes = [place.get("class", "").split() for place in places]
    assert ["zone", name] in classes
    assert any("label" in found and name in found for found in classes)


def test_ids_tell_side_zone_and_view_and_no_two_are_alike() -> None:
    ids = [path.get("id") for path in _drawing().iter(f"{SVG}path") if path.get("id")]
    assert len(ids) == len(set(ids))
    expected = {f"{side}-{zone}-{view}" for side, zone in SITES for view in ("front", "back")}
    assert set(ids) <= expected
    assert "left-posterior-thigh-front" not in ids


def test_the_patient_faces_the_viewer_in_front() -> None:
    front = next(one for one in _drawing().iter(f"{SVG}g") if one.get("id") == "front")
    right, left = (leg for leg in front.findall(f"{SVG}g"))
    assert right[0].get("id", "").startswith("right-")
    assert left.get("transform", "").startswith("matrix(-1 ")


def test_a_value_colours_its_zone_wherever_it_is_seen_and_labels_it() -> None:
    shading = Shading((1.0,), ("#eeeeee", "#111111"))
    svg = coloured({("left", "medial-thigh"): 2.0}, {("left", "medial-thigh"): "<2>"}, shading)
    assert ".zone.left-medial-thigh { fill: #111111; }" in svg
    assert "right-medial-thigh { fill" not in svg
    labels = [one.text for one in ET.fromstring(svg).iter(f"{SVG}text") if one.text == "<2>"]
    assert labels == ["<2>"]


def test_shades_step_evenly_up_to_the_highest_value() -> None:
    shading = shading_of([12.0, 61.0], ("a", "b", "c", "d", "e"), 5.0)
    assert shading.steps == (15.0, 30.0, 45.0, 60.0)
    assert [shading.shade(value) for value in (15.0, 15.1, 61.0)] == [0, 1, 4]
