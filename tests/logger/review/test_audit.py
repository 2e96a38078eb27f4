"""The audit pages: what they tell, to whom, of which period, and what leaves."""

import csv
import io
import json
from html import unescape

import pytest

from logger.journal.kinds import SessionExported
from tests.support.accounts import NOON_NS
from tests.support.consoled import Consoled, text_of
from tests.support.everything import signed_head
from tests.support.recorded import Recorded
from tests.support.stories import PEN, SESSION, Story, sample_block

_AREAS = ("settings", "deviations", "cartridges", "amendments", "access", "events", "heads")
_DAY_NS = 86_400_000_000_000


@pytest.mark.parametrize(
    ("area", "told"),
    [
        ("settings", (PEN, "dr.b", "6.5 s", "1.31")),
        ("deviations", (SESSION, "anterior thigh", "2.400 mm", "1.500 mm")),
        ("cartridges", (SESSION, "L4471", "expired on 2026-12-31")),
        ("amendments", (SESSION, "C-1024", "C-1042", "digits were swapped")),
        ("access", ("audit", "signed in")),
        ("heads", ("SHA256:abc", "7d7d7d7d", "17")),
    ],
)
async def test_an_area_tells_what_befell_in_the_last_30_days(
    consoled: Consoled, area: str, told: tuple[str, ...]
) -> None:
    words = text_of(await (await consoled.signed_in("audit")).get(f"/audit/{area}"))
    for one in told:
        assert one in words, one


async def test_key_events_are_those_of_the_period(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    period = "since=2020-01-01&until=2199-01-01"
    assert "account added" in text_of(await browser.get(f"/audit/events?{period}"))


@pytest.mark.parametrize("area", [*_AREAS, "unassigned"])
async def test_a_period_in_which_nothing_was_says_so(consoled: Consoled, area: str) -> None:
    browser = await consoled.signed_in("audit")
    page = await browser.settled(f"/audit/{area}?since=2020-01-01&until=2020-01-31")
    assert page.status_code == 200
    assert "Nothing in this period" in page.text
    assert f"/audit/{area}/csv" not in page.text


@pytest.mark.parametrize("area", [*_AREAS, "unassigned"])
@pytest.mark.parametrize(
    ("query", "field", "problem"),
    [
        ("since=yesterday", "since", "Write a date"),
        ("until=0001-01-01", "until", "Write a date"),
        ("since=2026-05-02&until=2026-05-01", "until", "must come after"),
    ],
)
async def test_a_period_that_is_none_is_told_at_its_field(
    consoled: Consoled, area: str, query: str, field: str, problem: str
) -> None:
    page = await (await consoled.signed_in("audit")).get(f"/audit/{area}?{query}")
    assert page.status_code == 400
    after = page.text.split(f'id="{field}-problem"')[1]
    assert problem in after[:120]
    assert f'aria-describedby="{field}-problem"' in page.text


async def test_the_newest_head_stands_there_to_be_copied(consoled: Consoled) -> None:
    story, head = Story(), signed_head(time_unix_ns=NOON_NS)
    story.append(head, stream="")
    Recorded(consoled.data_dir).tell(story)
    page = await (await consoled.signed_in("audit")).get("/audit/heads")
    shown = unescape(page.text)
    assert f">{head.signed_bytes().decode()}</textarea>" in shown
    assert f">{head.signature}</textarea>" in shown
    assert head.key in text_of(page)


async def test_a_practitioner_sees_sessions_and_not_what_others_did(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/audit")
    assert "/audit/deviations" in page.text
    assert "/audit/access" not in page.text
    assert "/audit/trail" not in page.text


@pytest.mark.parametrize("area", [*_AREAS, "unassigned"])
async def test_a_table_leaves_as_csv_and_that_is_an_entry(consoled: Consoled, area: str) -> None:
    browser = await consoled.signed_in("audit")
    answer = await browser.get(f"/audit/{area}/csv?since=2027-01-01&until=2027-01-31")
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert all(len(row) == len(header) for row in rows)
    assert f"audit-{area}-2027-01-01.csv" in answer.headers["content-disposition"]
    noted = consoled.noted()[-1]
    assert isinstance(noted, SessionExported)
    assert (noted.what, noted.form, noted.session, noted.account) == (area, "csv", "", "audit")
    assert noted.until_unix_ns is not None
    assert noted.since_unix_ns is not None
    assert noted.until_unix_ns - noted.since_unix_ns == 31 * _DAY_NS


async def test_an_export_is_among_the_accesses(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    await browser.get("/audit/deviations/csv")
    words = text_of(await browser.get("/audit/access"))
    assert "exported – deviations, csv: 2026-12-17" in words


async def test_the_audit_report_leaves_as_pdf(consoled: Consoled) -> None:
    answer = await (await consoled.signed_in("audit")).get("/audit/report/pdf")
    assert answer.content.startswith(b"%PDF-")
    noted = consoled.noted()[-1]
    assert isinstance(noted, SessionExported)
    assert noted.what == "report"


async def test_the_trail_leaves_with_the_entries_of_the_period_alone(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    answer = await browser.get("/audit/trail/jsonl?since=2027-01-15&until=2027-01-15")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {"session.amended", "access.signed_in"} <= {line["kind"] for line in lines}
    assert not any(line["kind"] == "account.added" for line in lines)
    assert (await browser.get("/audit/trail/docx")).status_code == 404


async def test_without_a_recorder_nothing_leaves(consoled: Consoled) -> None:
    consoled.recorder.runs = False
    browser = await consoled.signed_in("audit")
    assert (await browser.get("/audit/deviations")).status_code == 200
    assert (await browser.get("/audit/deviations/csv")).status_code == 503


async def test_the_area_speaks_german(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    await browser.send("/language", "/sessions", language="de", back="/")
    words = text_of(await browser.get("/audit/amendments"))
    assert "Berichtigungen" in words
    assert "Letzte 30 Tage" in words


def _unassigned(consoled: Consoled) -> None:
    """Let the pen work with no session open."""
    story = Story()
    story.samples(sample_block(300, first=900))
    Recorded(consoled.data_dir).tell(story)


async def test_unassigned_work_is_given_to_a_session_with_a_reason(consoled: Consoled) -> None:
    _unassigned(consoled)
    browser = await consoled.signed_in("dr.b")
    page = await browser.settled("/audit/unassigned")
    assert "3.0 s" in text_of(page)
    form = page.text.split('href="/audit/unassigned/assign?')[1].split('"')[0].replace("&amp;", "&")
    asked = dict(one.split("=") for one in form.split("&"))
    assert SESSION in (await browser.get(f"/audit/unassigned/assign?{form}")).text
    given = asked | {"session": SESSION, "side": "right", "zone": "medial-thigh"}
    here = f"/audit/unassigned/assign?{form}"
    nowhere = asked | {"session": SESSION, "side": "", "zone": "", "reason": "late"}
    assert (await browser.send("/audit/unassigned/assign", here, **nowhere)).status_code == 409
    without = await browser.send("/audit/unassigned/assign", here, **given, reason=" ")
    assert without.status_code == 409
    assert "the reason is missing" in text_of(without)
    done = await browser.send(
        "/audit/unassigned/assign", here, **given, reason="the session was begun too late"
    )
    assert done.headers["location"] == f"/sessions/{SESSION}#amendments"
    session = text_of(await browser.get(f"/sessions/{SESSION}"))
    assert "the session was begun too late" in session
    assert "medial thigh" in session
    assert "Nothing in this period" in (await browser.settled("/audit/unassigned")).text


async def test_an_auditor_sees_unassigned_work_and_assigns_none(consoled: Consoled) -> None:
    _unassigned(consoled)
    page = await (await consoled.signed_in("audit")).settled("/audit/unassigned")
    assert "3.0 s" in text_of(page)
    assert "/audit/unassigned/assign" not in page.text


async def test_the_day_that_goes_on_is_looked_through_again_after_a_minute(
    consoled: Consoled,
) -> None:
    browser = await consoled.signed_in("audit")
    assert "Nothing in this period" in (await browser.settled("/audit/unassigned")).text
    _unassigned(consoled)
    consoled.time.pass_by(60)
    assert "3.0 s" in text_of(await browser.settled("/audit/unassigned"))
    assert consoled.time.now_ns == NOON_NS + 60 * 10**9
