"""The pen, its cartridge and its channels as Device and DeviceMetric."""

from datetime import date

from drivers.channels import CHANNELS, Channel
from logger.archive.exports.fhir.terms import (
    GS1,
    OWN,
    UCUM,
    UCUM_CODES,
    Json,
    concept,
    entry,
    own_concept,
    quantity,
    url_of,
)
from logger.journal.kinds import Cartridge
from logger.session.model import Session


def pen_url(pen: str) -> str:
    """Return the URL of a pen: the same in every Bundle."""
    return url_of("pen", pen)


def metric_url(pen: str, channel: str) -> str:
    """Return the URL of a pen's channel."""
    return url_of("pen", pen, channel)


def pen_entry(session: Session) -> Json:
    """Return the pen as it presented itself."""
    seen = session.pen_seen
    pen: Json = {
        "resourceType": "Device",
        "identifier": [{"system": f"{OWN}:pen-serial", "value": session.pen}],
        "serialNumber": session.pen,
        "type": concept("microneedling pen"),
    }
    if seen.model:
        pen |= {
            "modelNumber": seen.model,
            "deviceName": [{"name": seen.model, "type": "model-name"}],
        }
    if seen.firmware:
        pen["version"] = [{"type": concept("firmware"), "value": seen.firmware}]
    if session.simulated:
        pen["note"] = [{"text": "SIMULATED: no such pen exists"}]
    return entry(pen_url(session.pen), pen)


def cartridge_entry(session: Session, cartridge: Cartridge) -> Json:
    """Return the needle cartridge as it was typed, scanned or told by the pen."""
    told: Json = {"resourceType": "Device", "type": concept("needle cartridge, single use")}
    carrier: Json = {"carrierHRF": cartridge.udi} if cartridge.udi else {}
    if cartridge.gtin:
        carrier |= {"deviceIdentifier": cartridge.gtin, "issuer": GS1}
    told |= {
        key: value
        for key, value in (
            ("udiCarrier", [carrier] if carrier else []),
            ("lotNumber", cartridge.lot),
            ("serialNumber", cartridge.serial),
        )
        if value
    }
    if _is_date(cartridge.expiry):
        told["expirationDate"] = cartridge.expiry
    elif cartridge.expiry:
        told["note"] = [{"text": f"expiry as given: {cartridge.expiry}"}]
    if cartridge.needle_count is not None:
        needles = own_concept("property", "needle_count", "needles")
        told["property"] = [
            {"type": needles, "valueQuantity": [quantity(cartridge.needle_count, "1")]}
        ]
    return entry(url_of("session", session.id, "cartridge"), told)


def metric_entry(session: Session, channel: str) -> Json:
    """Return what a channel of the session's pen tells, and how often."""
    told = CHANNELS[channel]
    unit = {"system": UCUM, "code": UCUM_CODES[told.unit]}
    metric: Json = {
        "resourceType": "DeviceMetric",
        "identifier": [{"system": f"{OWN}:channel", "value": f"{session.pen}/{channel}"}],
        "type": channel_concept(told),
        "unit": concept(told.unit, unit),
        "source": {"reference": pen_url(session.pen)},
        "category": "setting" if "_set_" in channel else "measurement",
    }
    period_us = session.pen_seen.sample_period_us
    if period_us is not None:
        repeat = {"frequency": 1, "period": period_us / 1e6, "periodUnit": "s"}
        metric["measurementPeriod"] = {"repeat": repeat}
    return entry(metric_url(session.pen, channel), metric)


def channel_concept(channel: Channel) -> Json:
    """Return needlelog's own code of a channel: the name that it has everywhere."""
    return own_concept("channel", channel.name, channel.name.rpartition("_")[0].replace("_", " "))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
