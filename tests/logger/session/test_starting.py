import pytest

from logger.errors import CommandRefused
from logger.journal.kinds import Cartridge, Plan, SessionStarted, ZoneLimit
from logger.session.commands import decide
from logger.session.orders import Known, Start
from logger.session.starting import new_session_id
from tests.support.orders import known, open_session

_PLAN = Plan(name="trial", version="1", zones=(ZoneLimit(zone="medial-thigh"),))
_PLAN_2 = Plan(name="trial", version="2", zones=(ZoneLimit(zone="medial-thigh"),))


def _order(**fields: object) -> Start:
    given: dict[str, object] = {
        "pen": "NP-1",
        "client": "C-17",
        "practitioner": "uid:1000",
        "side": "left",
        "zone": "shin",
        **fields,
    }
    return Start(**given)  # type: ignore[arg-type]  # a test's shorthand


def _started(order: Start, state: Known) -> SessionStarted:
    (payload,) = decide(order, state)
    assert isinstance(payload, SessionStarted)
    return payload


def _refusal(order: Start, state: Known) -> CommandRefused:
    with pytest.raises(CommandRefused) as refused:
        decide(order, state)
    return refused.value


def test_a_start_says_everything_that_was_ordered() -> None:
    cartridge = Cartridge(lot="L4471", needle_count=14)
    order = _order(
        plan="trial", indication="Stretch marks", cartridge=cartridge, note=" first visit "
    )
    assert _started(order, known(plans=(_PLAN,))) == SessionStarted(
        session="20261122-0000",
        pen="NP-1",
        client="C-17",
        practitioner="uid:1000",
        side="left",
        zone="anterior-lower-leg",
        nonce="n0nce",
        plan=_PLAN,
        indication="stretch-marks",
        cartridge=cartridge,
        note="first visit",
    )


def test_a_session_on_a_simulated_pen_is_simulated() -> None:
    assert _started(_order(pen="SIM-3"), known()).simulated


def test_the_pen_may_be_left_out_where_one_is_linked() -> None:
    pens = {serial: pen for serial, pen in known().pens.items() if serial in ("NP-1", "NP-OFF")}
    assert _started(_order(pen=None), known(pens=pens)).pen == "NP-1"


def test_the_pen_must_be_named_where_several_are_linked() -> None:
    assert "NP-1, NP-2" in _refusal(_order(pen=None), known()).mend


def test_an_unknown_pen_is_refused_with_those_that_are_linked() -> None:
    refused = _refusal(_order(pen="NP-X"), known())
    assert "unknown" in refused.reason
    assert "NP-1" in refused.mend


def test_a_pen_without_link_is_refused() -> None:
    assert "not linked" in _refusal(_order(pen="NP-OFF"), known()).reason


@pytest.mark.parametrize("state", ["open", "paused", "interrupted", "lapsed"])
def test_a_second_session_on_a_pen_is_refused(state: str) -> None:
    refused = _refusal(_order(), known(open_session(state=state)))
    assert "20261122-ab12" in refused.reason


def test_sessions_on_two_pens_go_together() -> None:
    assert _started(_order(pen="NP-2"), known(open_session())).pen == "NP-2"


@pytest.mark.parametrize("client", ["", "Anna Example", "x" * 33, "C/17", "C-17\n"])
def test_a_client_code_is_no_name(client: str) -> None:
    assert "client" in _refusal(_order(client=client), known()).reason


@pytest.mark.parametrize("practitioner", ["", "Dr. B"])
def test_a_practitioner_is_a_code(practitioner: str) -> None:
    assert "practitioner" in _refusal(_order(practitioner=practitioner), known()).reason


def test_an_indication_not_on_the_list_is_refused_with_the_list() -> None:
    assert "uneven-texture" in _refusal(_order(indication="ageing"), known()).mend


def test_a_wrong_zone_is_refused() -> None:
    assert "popliteal-fossa" in _refusal(_order(zone="hip"), known()).mend


@pytest.mark.parametrize("needles", [0, -3, 5000])
def test_an_impossible_needle_count_is_refused(needles: int) -> None:
    _refusal(_order(cartridge=Cartridge(needle_count=needles)), known())


def test_of_several_versions_one_must_be_named() -> None:
    refused = _refusal(_order(plan="trial"), known(plans=(_PLAN, _PLAN_2)))
    assert "trial@1, trial@2" in refused.mend


def test_a_version_is_named_with_an_at_sign() -> None:
    assert _started(_order(plan="trial@2"), known(plans=(_PLAN, _PLAN_2))).plan == _PLAN_2


def test_an_unknown_plan_is_refused() -> None:
    assert "not in the plans file" in _refusal(_order(plan="other"), known(plans=(_PLAN,))).reason


def test_a_plan_that_changed_without_a_new_version_is_refused() -> None:
    before = Plan(name="trial", version="1", zones=(ZoneLimit(zone="lateral-thigh"),))
    refused = _refusal(_order(plan="trial"), known(plans=(_PLAN,), used_plans=(before,)))
    assert "other content" in refused.reason
    assert "new version" in refused.mend


def test_a_plan_that_did_not_change_is_used_again() -> None:
    state = known(plans=(_PLAN,), used_plans=(_PLAN,))
    assert _started(_order(plan="trial"), state).plan == _PLAN


def test_an_id_that_is_taken_is_made_again() -> None:
    ids = iter(["20261122-aaaa", "20261122-bbbb"])
    state = known(sessions=("20261122-aaaa",), make_session_id=lambda: next(ids))
    assert _started(_order(), state).session == "20261122-bbbb"


def test_an_id_is_the_date_and_four_letters_of_base_32() -> None:
    # 0b00000_00001_01010_11111: 0, 1, 10 and 31 are 0, 1, a and z.
    assert new_session_id("20261122", lambda bits: 0b00000_00001_01010_11111) == "20261122-01az"
