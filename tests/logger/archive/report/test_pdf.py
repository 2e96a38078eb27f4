"""The PDF as a file: what standards and other programs say of it."""

import json
from pathlib import Path

import pytest

from logger.journal import kinds
from tests.support.recorded import Recorded
from tests.support.reported import known_in, report_of, run, tell_whole_record, text_of
from tests.support.stories import Story


def _tell_later_head(recorded: Recorded) -> None:
    """Let the service go on: another head is signed, and it stops."""
    story = Story()
    story.append(
        kinds.HeadSigned(
            journal="ab" * 16,
            position=20,
            chain_hash="00" * 32,
            tree_size=18,
            tree_root="01" * 32,
            time_unix_ns=1,
            key="SHA256:abc",
            signature="-",
        ),
        stream="",
    )
    story.append(kinds.ServiceStopped(reason="told to stop"), stream="")
    recorded.tell(story)


def _file(pdf: bytes, place: Path) -> str:
    file = place / "report.pdf"
    file.write_bytes(pdf)
    return str(file)


def test_qpdf_and_mutool_find_nothing_wrong_with_it(whole_report: bytes, tmp_path: Path) -> None:
    file = _file(whole_report, tmp_path)
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", file)
    assert "error" not in run("mutool", "info", file)


def test_it_says_that_it_is_pdf_a_3a_and_pdf_ua_1(whole_report: bytes, tmp_path: Path) -> None:
    metadata = run("pdfinfo", "-meta", _file(whole_report, tmp_path))
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_it_is_tagged_with_headings_tables_and_described_figures(
    whole_report: bytes, tmp_path: Path
) -> None:
    objects = run("qpdf", "--qdf", "--object-streams=disable", _file(whole_report, tmp_path), "-")
    for tag in ("H1", "H2", "Table", "TH", "TD", "Figure"):
        assert f"/S /{tag}\n" in objects
    assert objects.count("/Alt ") >= 3


def test_every_font_is_within_it(whole_report: bytes, tmp_path: Path) -> None:
    _, _, *fonts = run("pdffonts", _file(whole_report, tmp_path)).splitlines()
    # The columns from behind: object (two numbers), uni, sub, emb.
    assert fonts
    assert {line.split()[-5] for line in fonts} == {"yes"}


@pytest.mark.parametrize(("paper", "size"), [("a4", "595.276 x 841.89"), ("letter", "612 x 792")])
def test_it_is_laid_out_for_either_paper(
    whole: Path, tmp_path: Path, paper: str, size: str
) -> None:
    pdf = report_of(whole, paper=paper)
    assert size in run("pdfinfo", _file(pdf, tmp_path))


def test_the_session_is_attached_as_data(whole: Path, whole_report: bytes, tmp_path: Path) -> None:
    file = _file(whole_report, tmp_path)
    attached = json.loads(run("qpdf", file, "--show-attachment=session.json"))
    assert attached == json.loads(known_in(whole).as_data())
    assert attached["client"] == "C-1024"
    assert attached["record"]["amendments"][0]["former"] == "C-1042"
    assert attached["gaps"][0]["count"] == 50
    assert attached["proof"]["head"]["tree_size"] == 17


def test_the_same_journal_gives_the_same_bytes(whole: Path, whole_report: bytes) -> None:
    assert report_of(whole) == whole_report


def test_what_is_appended_later_does_not_change_it(recorded: Recorded) -> None:
    tell_whole_record(recorded)
    before = report_of(recorded.data_dir)
    _tell_later_head(recorded)
    assert report_of(recorded.data_dir) == before


def test_a_simulated_session_says_so_on_every_page(simulated_report: bytes, tmp_path: Path) -> None:
    *pages, rest = text_of(simulated_report, tmp_path).split("\f")
    assert rest == ""
    assert len(pages) > 1
    assert all("SIMULATED – NO TREATMENT" in page for page in pages)


def test_a_real_session_does_not(whole_report: bytes, tmp_path: Path) -> None:
    assert "SIMULATED" not in text_of(whole_report, tmp_path)
