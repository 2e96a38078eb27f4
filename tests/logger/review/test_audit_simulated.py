"""The audit pages of a demo: simulated sessions are told where there is no other, and marked."""

import csv
import io
from pathlib import Path

import pytest

from tests.support.consoled import Consoled, text_of
from tests.support.recorded import Recorded
from tests.support.reported import treated
from tests.support.stories import PEN, SESSION

SIMULATED, MADE_UP = "SIM-000001", "20261122-sim1"
_AREAS = ("settings", "deviations", "cartridges")


@pytest.fixture
def simulated(tmp_path: Path) -> Consoled:
    """A console over one session, of a simulated pen."""
    Recorded(tmp_path).tell(treated(SIMULATED))
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    return consoled


@pytest.mark.parametrize("area", _AREAS)
async def test_alone_they_are_told_and_marked_in_title_and_row(
    simulated: Consoled, area: str
) -> None:
    page = await (await simulated.signed_in("boss")).get(f"/audit/{area}")
    assert "– SIMULATED ·" in page.text.split("<title>")[1].split("</title>")[0]
    assert "SIMULATED" in page.text.split("<h1>")[1].split("</h1>")[0]
    rows = page.text.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    assert rows
    assert all("SIMULATED" in row and "dr.b" in row for row in rows)


async def test_a_marked_row_still_leads_to_its_session(simulated: Consoled) -> None:
    page = await (await simulated.signed_in("boss")).get("/audit/deviations")
    assert f'href="/sessions/{SESSION}"' in page.text


@pytest.mark.parametrize("area", _AREAS)
async def test_alone_they_are_marked_in_the_csv(simulated: Consoled, area: str) -> None:
    answer = await (await simulated.signed_in("boss")).get(f"/audit/{area}/csv")
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert header[0] == "Source"
    assert {row[0] for row in rows} == {"SIMULATED"}
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("area", _AREAS)
async def test_beside_real_ones_they_are_left_out(consoled: Consoled, area: str) -> None:
    Recorded(consoled.data_dir).tell(treated(SIMULATED, session=MADE_UP))
    browser = await consoled.signed_in("audit")
    page = await browser.get(f"/audit/{area}")
    assert PEN in page.text or SESSION in page.text
    assert "SIMULATED" not in page.text
    assert MADE_UP not in page.text
    assert SIMULATED not in page.text
    assert MADE_UP not in (await browser.get(f"/audit/{area}/csv")).text


async def test_a_table_of_real_sessions_has_no_column_of_sources(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    assert "Source" not in text_of(await browser.get("/audit/settings"))
