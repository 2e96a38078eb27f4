"""The parts of a leg that a session may treat: sides, zones, and their SNOMED CT codes."""

from collections.abc import Mapping
from dataclasses import dataclass

from logger.errors import CommandRefused

SIDES = ("left", "right")

_Codes = Mapping[str, str]

_THIGH: _Codes = {"left": "61396006", "right": "11207009"}
_KNEE: _Codes = {"left": "82169009", "right": "6757004"}
_ANKLE: _Codes = {"left": "51636004", "right": "6685009"}
_SHIN: _Codes = {"left": "723590004", "right": "723591000"}
_CALF: _Codes = {"left": "722115008", "right": "722116009"}
_LOWER_EXTREMITY: _Codes = {"left": "371304004", "right": "371304004"}


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the leg. ``also`` are other words that people use for it.

    ``surface_code`` is the unsided SNOMED CT code of the skin surface, None where there
    is none. ``codes`` holds by side the closest code that tells the side; for the
    dorsum of the foot there is none, so both name the lower extremity. ``sided_first``
    where those are as exact as the surface.
    """

    slug: str
    title: str
    surface_code: str | None
    codes: Mapping[str, str]
    also: tuple[str, ...] = ()
    sided_first: bool = False


@dataclass(frozen=True, slots=True)
class BodySite:
    """A side and zone for other systems: SNOMED CT ``codes``, most exact first, and a text.

    The text is always complete; a code alone may leave out side or surface.
    """

    codes: tuple[str, ...]
    text: str


ZONES: Mapping[str, Zone] = {
    zone.slug: zone
    for zone in (
        Zone("anterior-thigh", "anterior thigh", "61248009", _THIGH),
        Zone("posterior-thigh", "posterior thigh", "4578000", _THIGH),
        Zone("medial-thigh", "medial thigh", "73958006", _THIGH),
        Zone("lateral-thigh", "lateral thigh", None, _THIGH),
        Zone("anterior-knee", "anterior knee", "181553006", _KNEE),
        Zone("popliteal-fossa", "popliteal fossa", "84507004", _KNEE),
        Zone("anterior-lower-leg", "anterior lower leg (shin)", "25763004", _SHIN, ("shin",), True),
        Zone(
            "posterior-lower-leg", "posterior lower leg (calf)", "47224004", _CALF, ("calf",), True
        ),
        Zone("medial-ankle", "medial ankle", "181563003", _ANKLE),
        Zone("lateral-ankle", "lateral ankle", "181564009", _ANKLE),
        Zone("dorsum-of-foot", "dorsum of foot", None, _LOWER_EXTREMITY),
    )
}
"""Every zone by slug, from the hip down."""

_ZONE_WORDS = {word: zone.slug for zone in ZONES.values() for word in (zone.slug, *zone.also)}


def parse_side(text: str) -> str:
    """Return the side that ``text`` names; CommandRefused lists the two there are."""
    side = text.strip().lower()
    if side not in SIDES:
        raise CommandRefused(f"{text!r} is no side of the body", "Use left or right.")
    return side


def parse_zone(text: str) -> str:
    """Return the slug of the zone that ``text`` names.

    Case, spaces and underscores do not matter, and ``shin`` and ``calf`` are understood.
    CommandRefused lists all slugs.
    """
    word = "-".join(text.lower().replace("_", " ").replace("-", " ").split())
    slug = _ZONE_WORDS.get(word)
    if slug is None:
        raise CommandRefused(f"{text!r} is no zone of the leg", f"Use one of: {', '.join(ZONES)}.")
    return slug


def body_site(side: str, zone: str) -> BodySite:
    """Return codes and text of a side and zone slug, both valid."""
    place = ZONES[zone]
    codes = [place.surface_code] if place.surface_code else []
    codes.insert(0 if place.sided_first else len(codes), place.codes[side])
    return BodySite(tuple(codes), f"{side} {place.title}")
