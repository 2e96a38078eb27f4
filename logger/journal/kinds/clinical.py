"""The clinical part of a session, as a form that a practitioner fills in."""

import msgspec

FORM_VERSION = 1


class Checklist(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked before the treatment; None where nobody answered.

    ``sun_exposure`` is recent exposure of the skin to be treated; ``skin_intact`` that it
    has no wound, infection or eruption.
    """

    consent: bool | None = None
    sun_exposure: bool | None = None
    anticoagulants: bool | None = None
    retinoids: bool | None = None
    skin_intact: bool | None = None
    remark: str = ""


class TopicalAnaesthetic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether one was applied, which, and for how long before the treatment."""

    applied: bool
    product: str = ""
    minutes: int | None = None


class TreatedZone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The area that was treated on one side and zone, and in how many passes."""

    side: str
    zone: str
    area_cm2: float | None = None
    passes: int | None = None


class AdverseEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something untoward; ``erythema_grade`` 0 (none) to 4 (severe)."""

    what: str
    erythema_grade: int | None = None
    note: str = ""


class ClinicalForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything is optional: an empty field says that nothing was entered.

    ``next_session_due`` is a date, ``YYYY-MM-DD``. ``form_version`` says by which version of
    the form it was filled in; ``docs/sessions.md`` lists the values of each field.
    """

    form_version: int = FORM_VERSION
    indication: str = ""
    fitzpatrick: str = ""
    checklist: Checklist | None = None
    topical_anaesthetic: TopicalAnaesthetic | None = None
    treated: tuple[TreatedZone, ...] = ()
    endpoint: str = ""
    aftercare: str = ""
    adverse_events: tuple[AdverseEvent, ...] = ()
    next_session_due: str = ""
