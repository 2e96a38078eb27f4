"""Every role, and nobody, at every call of the table; and nothing besides the table."""

import httpx
import pytest
from fastapi.routing import APIRoute

from logger.accounts.model import ROLES, Role
from logger.accounts.orders import ChangeRole
from logger.review.api.call import PREFIX, Call
from logger.review.api.calls import CALLS
from tests.support.accounts import Accounts
from tests.support.consoled import ADDRESS, Consoled
from tests.support.programs import program_of
from tests.support.stories import PEN, SESSION

_ACCOUNTS: dict[Role, str] = {"administrator": "boss", "practitioner": "dr.b", "auditor": "audit"}
_FILLED_IN = {"session_id": SESSION, "form": "json", "serial": PEN}


async def _ask(program: httpx.AsyncClient, call: Call) -> int:
    address = call.path.removeprefix(PREFIX).format(**_FILLED_IN)
    body: dict[str, str] | None = None if call.takes is None else {}
    return (await program.request(call.method, address, json=body)).status_code


async def _statuses(program: httpx.AsyncClient) -> dict[Call, int]:
    return {call: await _ask(program, call) for call in CALLS}


async def test_without_a_token_only_what_is_open_answers(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    browser.client.base_url = httpx.URL(f"{ADDRESS}{PREFIX}")
    statuses = await _statuses(browser.client)
    assert statuses == {call: 200 if call.is_open else 401 for call in CALLS}


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_makes_the_calls_that_name_it(consoled: Consoled, role: Role) -> None:
    statuses = await _statuses(program_of(consoled, _ACCOUNTS[role], role))
    assert max(statuses.values()) < 500
    refused = {call for call, status in statuses.items() if status == 403}
    assert refused == {call for call in CALLS if not call.is_open and role not in call.roles}


async def test_a_role_above_the_accounts_present_one_is_worth_nothing(consoled: Consoled) -> None:
    program = program_of(consoled, "dr.b", "practitioner")
    Accounts(consoled.data_dir).carry_out(ChangeRole(account="dr.b", role="auditor", by="boss"))
    refused = {call for call, status in (await _statuses(program)).items() if status == 403}
    both = {"practitioner", "auditor"}
    assert refused == {call for call in CALLS if not call.is_open and not both <= call.roles}


async def test_a_call_that_names_no_role_is_closed_to_all(
    consoled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    pens = next(call for call in CALLS if call.path.endswith("/pens"))
    closed = Call(pens.method, pens.path, pens.endpoint)
    monkeypatch.setattr("logger.review.app.CALLS", (closed,))
    strict = Consoled(consoled.data_dir)
    for role, account in _ACCOUNTS.items():
        answer = await program_of(strict, account, role).get("/pens")
        assert answer.status_code == 403


def test_nothing_is_served_that_is_not_in_the_table(consoled: Consoled) -> None:
    served = {
        (one.path, method)
        for one in consoled.app.routes
        if isinstance(one, APIRoute)
        for method in one.methods or ()
    }
    assert served == {(call.path, call.method) for call in CALLS}


async def test_no_call_signs(consoled: Consoled) -> None:
    document = (await program_of(consoled, "dr.b", "practitioner").get("/openapi.json")).text
    assert "sign-off" not in document
    assert "Sign" not in document.replace("SignedBy", "").replace("Signature", "").replace(
        "HeadSigned", ""
    )
