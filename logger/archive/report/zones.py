"""What was done on each side and zone: the stays there taken together."""

from collections.abc import Sequence

import msgspec

from logger.journal.kinds import TreatedZone
from logger.session.density import nominal_densities
from logger.session.figures import SpreadFigures
from logger.session.legs import SIDES, ZONES
from logger.session.model import Segment, Session, Spread


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """Mean, lowest and highest of a channel over several segments.

    Percentiles of a whole cannot be had from those of its parts.
    """

    mean: float
    minimum: float
    maximum: float


class ZoneSum(msgspec.Struct, frozen=True, kw_only=True):
    """A side and zone with the sums over its segments; None where a part is not known.

    Means are weighted with the time with the motor on. ``density_per_cm2`` is
    ``logger.session.density``'s, over the ``area_cm2`` that a practitioner entered.
    """

    side: str
    zone: str
    stays: int
    samples_received: int
    completeness: float | None
    motor_on_s: float
    contact_s: float | None
    depth_set_mm: Range | None
    depth_measured_mm: Range | None
    rate_hz: Range | None
    nominal_punctures: float | None
    deviations: int
    area_cm2: float | None = None
    passes: int | None = None
    density_per_cm2: float | None = None


def zone_sums(session: Session) -> list[ZoneSum]:
    """Return a sum for each side and zone of ``session``: right before left, hip to foot."""
    stays: dict[tuple[str, str], list[Segment]] = {}
    for segment in session.segments:
        stays.setdefault((segment.side, segment.zone), []).append(segment)
    densities = {(one.side, one.zone): one.nominal_per_cm2 for one in nominal_densities(session)}
    order = {zone: number for number, zone in enumerate(ZONES)}
    sites = sorted(stays, key=lambda site: (-SIDES.index(site[0]), order.get(site[1], 99)))
    form = session.record.clinical
    entered = {} if form is None else {(one.side, one.zone): one for one in form.treated}
    return [_sum(*site, stays[site], entered.get(site), densities.get(site)) for site in sites]


def _sum(
    side: str,
    zone: str,
    stays: Sequence[Segment],
    entered: TreatedZone | None,
    density_per_cm2: float | None,
) -> ZoneSum:
    parts = [stay.statistics for stay in stays]
    missing = [part.samples_missing for part in parts]
    received = sum(part.samples_received for part in parts)
    whole = received + sum(count or 0 for count in missing)
    return ZoneSum(
        side=side,
        zone=zone,
        stays=len(stays),
        samples_received=received,
        completeness=None if None in missing or not whole else received / whole,
        motor_on_s=sum(part.motor_on_s for part in parts),
        contact_s=_total([part.contact_s for part in parts]),
        depth_set_mm=joined([(part.depth_set_mm, part.motor_on_s) for part in parts]),
        depth_measured_mm=joined([(part.depth_measured_mm, part.motor_on_s) for part in parts]),
        rate_hz=joined([(part.rate_hz, part.motor_on_s) for part in parts]),
        nominal_punctures=_total([part.nominal_punctures for part in parts]),
        deviations=sum(len(stay.deviations) for stay in stays),
        area_cm2=entered.area_cm2 if entered else None,
        passes=entered.passes if entered else None,
        density_per_cm2=density_per_cm2,
    )


def _total(parts: Sequence[float | None]) -> float | None:
    return None if None in parts else sum(part or 0.0 for part in parts)


def joined(parts: Sequence[tuple[Spread | SpreadFigures | None, float]]) -> Range | None:
    """Return spreads taken together, each with its weight; None where none is known."""
    known = [(spread, weight) for spread, weight in parts if spread is not None]
    if not known:
        return None
    weights = sum(weight for _, weight in known)
    return Range(
        # Where a spread is known the motor was on for some time, so there is a weight.
        mean=sum(spread.mean * weight for spread, weight in known) / weights,
        minimum=min(spread.minimum for spread, _ in known),
        maximum=max(spread.maximum for spread, _ in known),
    )
