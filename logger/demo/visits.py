"""What happened in the demo's clinic: who came when, and what was done. All of it made up."""

from dataclasses import dataclass
from datetime import time

from drivers.simulator.script import Stay
from logger.journal.kinds import (
    AdverseEvent,
    Checklist,
    ClinicalForm,
    TopicalAnaesthetic,
)

SITE = "demo"
PENS = ("SIM-000001", "SIM-000002")
LEE, NOOR = "demo-lee", "demo-noor"
_WEAR_MM_A_DAY = 0.0006
_FIRST_DAYS_AGO = 120


@dataclass(frozen=True, slots=True)
class Visit:
    """A pen at work. Where ``client`` is empty, nobody started a session.

    ``notes`` and ``paused`` name stays by their number from 0. ``amended`` holds path, value
    and reason. A ``remark`` of None says that nobody reviewed it.
    """

    days_ago: int
    at: time
    pen: str
    stays: tuple[Stay, ...]
    cartridge: int
    client: str = ""
    practitioner: str = LEE
    plan: str = "demo-legs@1"
    cartridge_expiry: str = "271231"
    faults: tuple[str, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()
    paused: tuple[int, ...] = ()
    form: ClinicalForm | None = None
    amended: tuple[tuple[str, str, str], ...] = ()
    corrected_form: ClinicalForm | None = None
    remark: str | None = None
    signed_by: tuple[str, ...] = ()

    @property
    def wear_mm(self) -> float:
        """How far the second pen's needles lag by then; the first one's do not."""
        worn = self.pen == PENS[1]
        return worn * _WEAR_MM_A_DAY * max(0, _FIRST_DAYS_AGO - self.days_ago)


def _leg(side: str, depth_mm: float, rate_hz: float) -> tuple[Stay, ...]:
    return (
        Stay(side, "anterior-thigh", 45, depth_mm, rate_hz),
        Stay(side, "lateral-thigh", 30, depth_mm, rate_hz),
        Stay(side, "posterior-thigh", 40, depth_mm + 0.25, rate_hz),
        Stay(side, "anterior-lower-leg", 30, 0.75, 110),
    )


def _both(depth_mm: float, rate_hz: float) -> tuple[Stay, ...]:
    return _leg("left", depth_mm, rate_hz) + _leg("right", depth_mm, rate_hz)


def _form(
    indication: str, fitzpatrick: str, endpoint: str, *adverse_events: AdverseEvent
) -> ClinicalForm:
    return ClinicalForm(
        indication=indication,
        fitzpatrick=fitzpatrick,
        checklist=Checklist(
            consent=True,
            sun_exposure=False,
            anticoagulants=False,
            retinoids=False,
            skin_intact=True,
        ),
        topical_anaesthetic=TopicalAnaesthetic(applied=True, product="demo cream", minutes=30),
        endpoint=endpoint,
        aftercare="demo: cooled, shown how to keep it out of the sun",
        adverse_events=adverse_events,
    )


_MARKS = _form("stretch-marks", "III", "erythema")
_CELLULITE = _form("cellulite", "II", "pinpoint-bleeding")
_REDNESS = AdverseEvent(what="redness next day", erythema_grade=2, note="gone after two days")

VISITS = (
    Visit(
        112, time(9, 40), PENS[0], _both(1.25, 115), 1, "DEMO-A17", form=_MARKS,
        notes=((0, "First visit; skin even on both sides"),), remark="", signed_by=(LEE, NOOR),
    ),
    Visit(
        98, time(14, 5), PENS[1], _leg("left", 1.75, 130) + _leg("right", 2.25, 140), 2,
        "DEMO-B42", NOOR, form=_CELLULITE, remark="Deeper than planned on the right",
        notes=((4, "Dial set deeper on this side, asked for by the client"),), signed_by=(NOOR,),
    ),
    Visit(
        84, time(9, 30), PENS[0], _both(1.5, 120), 3, "DEMO-A17", form=_MARKS,
        notes=((3, "Less redness than the last time"),), remark="", signed_by=(LEE,),
    ),
    Visit(
        77, time(11, 20), PENS[1],
        (*_leg("left", 1.25, 120), Stay("left", "anterior-knee", 40, 0.75, 110)), 4,
        "DEMO-C08", form=_form("scars", "IV", "erythema"), faults=("unplug:at=62,for=18",),
        notes=((2, "Cable came off, went on after it was back"),),
        remark="The gap is the cable; nothing was treated meanwhile", signed_by=(LEE,),
    ),
    Visit(
        63, time(15, 45), PENS[0], _both(1.5, 125), 5, "DEMO-B42", NOOR, form=_CELLULITE,
        amended=(("segment.8.zone", "posterior-lower-leg", "wrong zone tapped"),),
        remark="As amended", signed_by=(NOOR, LEE),
    ),
    Visit(
        56, time(9, 35), PENS[1], _both(1.5, 120), 6, "DEMO-A17", plan="demo-legs@2",
        form=_MARKS, faults=("drop:at=70,for=6,rate=0.4",), paused=(4,),
        remark="Some samples are missing on the left", signed_by=(LEE,),
    ),
    Visit(
        35, time(14, 10), PENS[0], _both(1.5, 125), 7, "DEMO-B42", NOOR, "demo-legs@2",
        cartridge_expiry="240630", form=_CELLULITE, remark="The cartridge had expired",
    ),
    Visit(30, time(8, 15), PENS[1], _leg("right", 1.0, 110), 8),
    Visit(
        28, time(9, 30), PENS[0], _both(1.5, 120), 9, "DEMO-A17", plan="demo-legs@2",
        form=_MARKS, remark="", signed_by=(LEE,),
    ),
    Visit(
        21, time(10, 50), PENS[1],
        (*_leg("left", 1.25, 120), Stay("left", "anterior-knee", 45, 0.75, 110)), 4,
        "DEMO-C08", plan="demo-legs@2", form=_form("scars", "IV", "erythema", _REDNESS),
        corrected_form=ClinicalForm(fitzpatrick="V"), remark="Cartridge scanned twice",
    ),
    Visit(
        7, time(16, 0), PENS[0],
        (*_leg("right", 1.5, 120), Stay("right", "medial-thigh", 40, 1.25, 115)), 10,
        "DEMO-D31", NOOR, "demo-legs@2", form=_form("uneven-texture", "I", "erythema"),
        notes=((4, "Went on to a zone that the plan does not name"),), remark="",
    ),
    Visit(
        1, time(9, 45), PENS[1], _both(1.5, 120), 11, "DEMO-A17", plan="demo-legs@2", form=_MARKS,
        notes=((7, "Ready to be reviewed and signed"),),
    ),
)  # fmt: skip
"""In order; two of one client make a series. Another pen's cartridge 4 is used twice."""
