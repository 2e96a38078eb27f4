"""Simulated sessions never mix with real ones; where there is nothing else, they are shown."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.audited import audit_report_of
from tests.support.recorded import Recorded
from tests.support.reported import run, treated, words_of
from tests.support.stories import PEN, SESSION, Story, sample_block

SIMULATED, MADE_UP = "SIM-000001", "20261122-sim1"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of a simulated pen alone: a session, and work in none."""
    place = tmp_path_factory.mktemp("simulated")
    recorded = Recorded(place)
    recorded.tell(treated(SIMULATED))
    recorded.tell(_idle(SIMULATED))
    return place


@pytest.fixture(scope="module")
def words(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return words_of(audit_report_of(simulated), tmp_path_factory.mktemp("words"))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is told of a real session and a simulated one."""
    place = tmp_path_factory.mktemp("mixed")
    recorded = Recorded(place)
    recorded.tell(treated())
    recorded.tell(treated(SIMULATED, session=MADE_UP))
    recorded.tell(_idle(SIMULATED))
    return words_of(audit_report_of(place), tmp_path_factory.mktemp("words"))


def _idle(pen: str) -> Story:
    story = Story()
    block = sample_block(200, first=5000, pen=pen)
    story.samples(replace(block, simulated=pen == SIMULATED))
    return story


def test_beside_real_ones_they_are_marked_and_in_no_sum(mixed: str) -> None:
    assert "1 simulated sessions are listed and marked, but are in no sum." in mixed
    assert "1 Sessions 6.5 s Motor on 2 Deviations 0.0 s Unassigned telemetry Verification" in mixed
    assert f"{MADE_UP} SIMULATED" in mixed
    assert f"{SESSION} SIMULATED" not in mixed


def test_beside_real_ones_their_settings_deviations_and_flags_are_left_out(mixed: str) -> None:
    assert f"{PEN} dr.b 1 6.5 s" in mixed
    assert f"{SIMULATED} dr.b 1 6.5 s" not in mixed
    assert f"{SESSION} dr.b left" in mixed
    assert f"{MADE_UP} dr.b left" not in mixed
    assert f"{SESSION} dr.b L4471 expired" in mixed
    assert f"{MADE_UP} dr.b L4471 expired" not in mixed


def test_the_title_of_a_mixed_period_does_not_call_it_simulated(mixed: str) -> None:
    assert "Audit report – SIMULATED" not in mixed
    assert "NO TREATMENT" not in mixed


def test_alone_they_are_told_under_a_marked_title(words: str) -> None:
    assert "Audit report – SIMULATED" in words
    assert "SIMULATED – NO TREATMENT" in words
    assert "Every session of this period is simulated (1 in all)" in words


def test_alone_they_are_summed_up_in_marked_figures(words: str) -> None:
    assert "1 Sessions · SIMULATED" in words
    assert "6.5 s Motor on · SIMULATED" in words
    assert "2.0 s Unassigned telemetry · SIMULATED" in words


@pytest.mark.parametrize(
    "row",
    [
        f"SIMULATED {SIMULATED} dr.b 1 6.5 s 1.31 0.75–2.40",
        f"SIMULATED {SESSION} dr.b left · anterior thigh set depth above 2.400 mm 1.500 mm 1 1.0 s",
        f"SIMULATED {SESSION} dr.b L4471 expired on 2026-12-31, used on 2027-01-15",
        f"SIMULATED {SIMULATED} 2027-01-15",
    ],
)
def test_alone_every_row_of_theirs_is_marked(words: str, row: str) -> None:
    assert row in words


def test_they_are_marked_in_the_other_language(simulated: Path, tmp_path: Path) -> None:
    words = words_of(audit_report_of(simulated, "de"), tmp_path)
    assert "Prüfbericht – SIMULIERT" in words
    assert f"SIMULIERT {SIMULATED} dr.b" in words


def test_work_of_a_real_pen_is_not_called_simulated(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.tell(treated(SIMULATED))
    recorded.tell(_idle(PEN))
    recorded.tell(_idle(SIMULATED))
    words = words_of(audit_report_of(tmp_path), tmp_path)
    assert "Audit report – SIMULATED" not in words
    assert "1 Sessions · SIMULATED" in words
    assert "2.0 s Unassigned telemetry Verification" in words
    assert f"Pen {PEN} 2027-01-15" in words
    assert f"SIMULATED {SIMULATED} 2027-01-15" in words


def test_the_attached_data_say_which_session_is_simulated(simulated: Path, tmp_path: Path) -> None:
    file = tmp_path / "audit.pdf"
    file.write_bytes(audit_report_of(simulated))
    attached = json.loads(run("qpdf", str(file), "--show-attachment=audit.json"))
    assert [one["simulated"] for one in attached["sessions"]] == [True]
