"""Checks of a pen with a gauge, by the API."""

import pytest

from tests.support.accounts import NOON_NS
from tests.support.consoled import Consoled
from tests.support.programs import program_of
from tests.support.stories import PEN

_CHECKS = f"/pens/{PEN}/checks"
_CHECK = {"depth_set_mm": 1.5, "gauge_mm": 1.46, "gauge": "G-7", "at_unix_ns": NOON_NS - 10**9}


async def test_a_check_is_the_accounts_and_stands_in_the_list(consoled: Consoled) -> None:
    program = program_of(consoled, "dr.b", "practitioner")
    noted = (await program.post(_CHECKS, json={**_CHECK, "remark": "worn tip"})).json()
    assert (noted["done"], noted["pen"]) == ("pen.checked", PEN)
    await program.post(_CHECKS, json={**_CHECK, "gauge_mm": 1.44, "at_unix_ns": NOON_NS})
    told = (await program_of(consoled, "audit", "auditor").get(_CHECKS)).json()
    assert [one["gauge_mm"] for one in told["checks"]] == [1.44, 1.46]
    assert told["checks"][1] == {**_CHECK, "account": "dr.b", "remark": "worn tip"}


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"gauge_mm": 12.0}, 409, "is no needle depth"),
        ({"at_unix_ns": NOON_NS * 2}, 409, "still to come"),
        ({"guage": "G-7"}, 400, "guage"),
        ({"by": {"id": "boss", "name": "", "role": "administrator"}}, 400, "by"),
    ],
)
async def test_what_cannot_be_is_refused(
    consoled: Consoled, changed: dict[str, object], status: int, told: str
) -> None:
    program = program_of(consoled, "dr.b", "practitioner")
    answer = await program.post(_CHECKS, json=_CHECK | changed)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text
    assert (await program.get(_CHECKS)).json()["checks"] == []


async def test_of_a_pen_that_is_none_nothing_is_told(consoled: Consoled) -> None:
    program = program_of(consoled, "dr.b", "practitioner")
    assert (await program.get("/pens/NP-9/checks")).status_code == 404
    assert (await program.post("/pens/NP-9/checks", json=_CHECK)).status_code == 404
