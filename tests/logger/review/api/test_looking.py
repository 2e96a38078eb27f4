"""What the API tells of sessions: the same as the pages, as data."""

import pytest

from logger.journal.kinds import SessionExported, SessionViewed
from logger.session.state_hash import state_hash
from tests.support.accounts import NOON_NS
from tests.support.consoled import Consoled
from tests.support.programs import program_of
from tests.support.reported import session_in
from tests.support.stories import PEN, SESSION


async def test_a_session_is_found_by_the_search_of_the_list(consoled: Consoled) -> None:
    program = program_of(consoled, "audit", "auditor")
    query = {"client": "C-1024", "side": "left", "zone": "anterior-thigh", "deviation": "any"}
    found = (await program.get("/sessions", params=query)).json()
    assert (found["total"], found["page"], found["pages"]) == (1, 1, 1)
    assert found["sessions"][0]["id"] == SESSION
    none = (await program.get("/sessions", params={"client": "C-1042"})).json()
    assert (none["total"], none["sessions"]) == (0, [])
    beyond = (await program.get("/sessions", params={"page": 2})).json()
    assert (beyond["total"], beyond["sessions"]) == (1, [])


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("cleint=C-1", 400, "query.cleint: Extra inputs are not permitted"),
        ("page=0", 400, "query.page"),
        ("side=both", 400, "query.side"),
        ("since=yesterday", 422, "since yesterday: neither a date nor a time"),
        ("zone=moon", 422, "'moon' is no zone of the leg"),
    ],
)
async def test_a_search_that_is_none_says_what_is_wrong(
    consoled: Consoled, query: str, status: int, told: str
) -> None:
    answer = await program_of(consoled, "audit", "auditor").get(f"/sessions?{query}")
    assert answer.status_code == status
    assert told in answer.json()["detail"]
    assert answer.json()["mend"]


async def test_a_session_tells_all_that_its_page_does_and_the_view_is_an_entry(
    consoled: Consoled,
) -> None:
    told = (await program_of(consoled, "audit", "auditor").get(f"/sessions/{SESSION}")).json()
    session = session_in(consoled.data_dir)
    assert told["session"]["client"] == "C-1024"
    assert told["session"]["record"]["amendments"][0]["former"] == "C-1042"
    assert told["state_hash"] == state_hash(session)
    assert [gap["count"] for gap in told["gaps"]] == [50]
    assert told["clocks"]["synchronised"] in (True, False)
    assert [seal["revision"] for seal in told["seals"]] == [2]
    assert told["head"]["tree_size"] == 17
    viewed = consoled.noted()[-1]
    assert isinstance(viewed, SessionViewed)
    assert (viewed.account, viewed.session, viewed.at_unix_ns) == ("audit", SESSION, NOON_NS)
    assert viewed.token


async def test_a_session_that_is_none_is_not_found_and_not_noted(consoled: Consoled) -> None:
    answer = await program_of(consoled, "audit", "auditor").get("/sessions/20200101-none")
    assert answer.status_code == 404
    assert consoled.noted() == []


async def test_a_download_is_an_entry_of_the_account_and_its_token(consoled: Consoled) -> None:
    program = program_of(consoled, "audit", "auditor")
    answer = await program.get(f"/sessions/{SESSION}/download/csv")
    assert answer.text.count("\n") > 600
    exported = consoled.noted()[-1]
    assert isinstance(exported, SessionExported)
    assert (exported.account, exported.session, exported.form) == ("audit", SESSION, "csv")
    assert exported.token


async def test_without_a_recorder_sessions_are_told_and_nothing_leaves(consoled: Consoled) -> None:
    program = program_of(consoled, "audit", "auditor")
    consoled.recorder.runs = False
    assert (await program.get(f"/sessions/{SESSION}")).status_code == 200
    refused = await program.get(f"/sessions/{SESSION}/download/csv")
    assert refused.status_code == 503
    assert "no recorder is running" in refused.json()["detail"]
    assert (await program.get("/status")).status_code == 503


async def test_deviations_stand_where_they_were(consoled: Consoled) -> None:
    program = program_of(consoled, "audit", "auditor")
    found = (await program.get("/deviations", params={"deviation": "depth_set_above"})).json()
    assert found["deviations"]
    for one in found["deviations"]:
        assert (one["session"], one["pen"], one["side"]) == (SESSION, PEN, "left")
        assert one["deviation"]["what"] == "depth_set_above"


async def test_pens_and_accounts_are_listed(consoled: Consoled) -> None:
    program = program_of(consoled, "boss", "administrator")
    pens = (await program.get("/pens")).json()["pens"]
    assert [one["pen"]["serial"] for one in pens] == [PEN]
    accounts = {one["id"]: one for one in (await program.get("/accounts")).json()["accounts"]}
    assert set(accounts) == {"audit", "boss", "dr.b"}
    (token,) = accounts["boss"]["tokens"]
    assert (token["role"], token["revoked"]) == ("administrator", False)
