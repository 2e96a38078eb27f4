"""What the API tells of a period."""

import json

import pytest

from logger.journal.kinds import SessionExported
from tests.support.consoled import Consoled
from tests.support.programs import program_of
from tests.support.stories import SESSION

_PERIOD = {"since": "2027-01-15", "until": "2027-01-15"}


async def test_amendments_flags_and_heads_of_a_period(consoled: Consoled) -> None:
    program = program_of(consoled, "audit", "auditor")
    (made,) = (await program.get("/amendments", params=_PERIOD)).json()["amendments"]
    assert (made["session"], made["amendment"]["former"]) == (SESSION, "C-1042")
    (head,) = (await program.get("/heads", params=_PERIOD)).json()["heads"]
    assert head["head"]["tree_size"] == 17
    flags = (await program.get("/cartridge-flags", params=_PERIOD)).json()
    assert [one["session"] for one in flags["cartridge_flags"]] == [SESSION]
    before = {"since": "2026-01-01", "until": "2026-01-02"}
    assert (await program.get("/amendments", params=before)).json() == {"amendments": []}


async def test_the_trail_leaves_line_by_line_and_that_is_an_entry(consoled: Consoled) -> None:
    program = program_of(consoled, "audit", "auditor")
    wanted = {**_PERIOD, "session": SESSION, "kind": "session."}
    answer = await program.get("/trail", params=wanted)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {line["session"] for line in lines} == {SESSION}
    assert "session.signed" in {line["kind"] for line in lines}
    exported = consoled.noted()[-1]
    assert isinstance(exported, SessionExported)
    assert (exported.account, exported.what, exported.form) == ("audit", "trail", "jsonl")
    assert exported.token


async def test_events_tell_of_tokens_and_accesses_of_their_use(consoled: Consoled) -> None:
    program = program_of(consoled, "audit", "auditor")
    await program.get(f"/sessions/{SESSION}")
    everything = {"since": "2026-11-01", "until": "2027-06-01"}
    accesses = (await program.get("/access", params=everything)).json()["entries"]
    assert accesses[-1]["kind"] == "access.viewed"
    events = (await program.get("/events", params=everything)).json()["entries"]
    kinds = [one["kind"] for one in events]
    assert "account.token_made" in kinds


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=never", "since"),
        ("since=2026-05-05&until=2026-05-04", "until"),
        ("since=2020-01-01&until=2026-05-04", "more than a year"),
    ],
)
async def test_a_period_that_is_none_is_refused(consoled: Consoled, query: str, told: str) -> None:
    answer = await program_of(consoled, "audit", "auditor").get(f"/unassigned?{query}")
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


async def test_a_check_of_the_record_is_begun_and_told(consoled: Consoled) -> None:
    program = program_of(consoled, "audit", "auditor")
    assert (await program.get("/verification")).json() == {"check": None}
    begun = (await program.post("/verification")).json()["check"]
    assert begun["asked_by"] == "audit"
