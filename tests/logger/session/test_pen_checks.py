from typing import Any

import msgspec
import pytest

from logger.errors import CommandRefused
from logger.journal import kinds
from logger.session.pen_checks import CheckPen, judge_check
from logger.sinks.allow import ALLOWED_KINDS
from tests.support.records import AUDITOR, DOCTOR, MANAGER
from tests.support.stories import EPOCH_NS, PEN

_CHECK = CheckPen(
    pen=PEN,
    depth_set_mm=1.5,
    gauge_mm=1.46,
    gauge="G-7/2",
    at_unix_ns=EPOCH_NS,
    by=DOCTOR,
    remark="  worn tip ",
)


def _judged(**changed: Any) -> kinds.PenChecked:
    order = msgspec.structs.replace(_CHECK, **changed)
    return judge_check(order, PEN.__eq__, EPOCH_NS, "n0nce")


def test_a_check_says_what_was_measured_by_whom_and_when() -> None:
    assert _judged() == kinds.PenChecked(
        account="dr.b",
        depth_set_mm=1.5,
        gauge_mm=1.46,
        gauge="G-7/2",
        at_unix_ns=EPOCH_NS,
        remark="worn tip",
        nonce="n0nce",
    )


def test_an_administrator_may_record_one_too() -> None:
    assert _judged(by=MANAGER).account == "boss"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"by": AUDITOR}, "may not record a check"),
        ({"pen": "NP-9"}, "no pen NP-9 was ever linked"),
        ({"depth_set_mm": 10.1}, "10.1 mm is no needle depth"),
        ({"gauge_mm": -0.1}, "-0.1 mm is no needle depth"),
        ({"gauge_mm": float("nan")}, "nan mm is no needle depth"),
        ({"gauge": ""}, "is no number of a gauge"),
        ({"gauge": "Dr. Müller's"}, "is no number of a gauge"),
        ({"at_unix_ns": EPOCH_NS + 301 * 10**9}, "still to come"),
        ({"at_unix_ns": -1}, "still to come"),
        ({"remark": "x" * 4001}, "the note has 4001 characters"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(CommandRefused, match=reason):
        _judged(**changed)


def test_it_leaves_the_mini_pc_nowhere_and_changes_no_session() -> None:
    assert "pen.checked" not in ALLOWED_KINDS
    assert "pen.checked" not in kinds.SESSION_KINDS
