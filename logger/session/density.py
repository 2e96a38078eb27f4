"""Nominal density: nominal punctures of a zone over the area that was entered for it."""

from collections.abc import Iterator

import msgspec

from logger.session.model import Session


class NominalDensity(msgspec.Struct, frozen=True, kw_only=True):
    """``nominal_per_cm2`` = ``nominal_punctures`` / ``area_cm2`` of one side and zone.

    It ignores overlap and lift-off, as nominal punctures do. None where the punctures of a
    segment there are not known.
    """

    side: str
    zone: str
    area_cm2: float
    nominal_punctures: float | None
    nominal_per_cm2: float | None


def nominal_densities(session: Session) -> tuple[NominalDensity, ...]:
    """Return the density of every zone for which the clinical form has an area, in its order."""
    return tuple(_densities(session))


def _densities(session: Session) -> Iterator[NominalDensity]:
    form = session.record.clinical
    for treated in form.treated if form is not None else ():
        if treated.area_cm2 is None:
            continue
        parts = [
            one.statistics.nominal_punctures
            for one in session.segments
            if (one.side, one.zone) == (treated.side, treated.zone)
        ]
        unknown = not parts or None in parts
        punctures = None if unknown else sum(part or 0.0 for part in parts)
        yield NominalDensity(
            side=treated.side,
            zone=treated.zone,
            area_cm2=treated.area_cm2,
            nominal_punctures=punctures,
            nominal_per_cm2=None if punctures is None else punctures / treated.area_cm2,
        )
