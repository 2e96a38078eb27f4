"""What a session's report says, as words."""

from pathlib import Path

import pytest

from logger.journal import kinds
from tests.support.recorded import Recorded
from tests.support.reported import report_of, treated, words_of
from tests.support.stories import SESSION, Story

MARKUP = (
    '#panic("x") *b* _i_ $x^2$ <l> @r `raw` \\u{41} // c /* d */ #import "a": * </svg> {"a": 1}'
)


@pytest.fixture(scope="module")
def words(whole_report: bytes, tmp_path_factory: pytest.TempPathFactory) -> str:
    return words_of(whole_report, tmp_path_factory.mktemp("words"))


def test_it_says_who_when_and_with_what(words: str) -> None:
    assert "Client code C-1024 (amended)" in words
    assert "Practitioner dr.b" in words
    assert "Started 2027-01-15 09:00:00 +01:00" in words
    assert "14 needles, lot L4471, expires 2026-12-31, serial number 0007" in words
    assert "Clinic clinic-1" in words


def test_it_flags_the_cartridge_that_had_expired(words: str) -> None:
    assert "expired on 2026-12-31, used on 2027-01-15" in words


def test_it_states_what_is_missing_and_that_nothing_was_filled(words: str) -> None:
    assert "650 samples were received." in words
    assert "50 are missing: 92.86 % is complete." in words
    assert "numbers jumped 50 400–449" in words
    assert "40 samples were received while the session was paused" in words
    assert "The motor was on during a pause" in words
    assert "nothing was interpolated" in words


def test_it_lists_deviations_with_the_plan_that_they_are_from(words: str) -> None:
    assert "left · anterior thigh set depth above 2.400 mm 1.500 mm 1 1.0 s" in words
    assert "rate below 80.0 Hz 90.0 Hz" in words
    assert "Plan gentle 2" in words
    assert "28 days between sessions" in words


def test_it_has_statistics_with_area_and_nominal_density(words: str) -> None:
    assert "Nominal density = nominal punctures ÷ entered area." in words
    # 14 needles × 100 Hz × 4 s in contact, and over 180 cm².
    assert "5 600 180.0 31 90.00 %" in words


def test_it_has_the_clinical_part(words: str) -> None:
    assert "Fitzpatrick type III" in words
    assert "Retinoids not recorded" in words
    assert "Topical anaesthetic yes, lidocaine 4 %, 40 min" in words
    assert "Next session due 2027-02-12" in words
    assert "pinpoint bleeding 2 / 4 stopped by itself" in words


def test_it_shows_signatures_with_name_time_and_meaning(words: str) -> None:
    name = "2027-01-15 09:00:00 +01:00 Dr Betty Boe (dr.b) practitioner"
    assert f"{name} I treated and reviewed this" in words
    assert "Dr C (dr.c) auditor reviewed; complete" in words


def test_it_shows_the_former_value_beside_the_present(words: str) -> None:
    assert "dr.b client C-1024 C-1042 digits were swapped" in words


def test_it_prints_hash_and_head_to_compare_with(words: str) -> None:
    assert f"Manifest (SHA-256) {'5a' * 32}" in words
    assert f"Former manifest {'4c' * 32}" in words
    assert f"17 leaves, root {'7d' * 32}" in words
    assert "Key SHA256:abc" in words


def test_a_signature_under_another_state_is_said_to_be_stale(
    recorded: Recorded, tmp_path: Path
) -> None:
    recorded.tell(treated())
    signed = kinds.SessionSigned(
        session=SESSION, account="dr.b", name="B", role="practitioner", meaning="done",
        state_hash="00" * 32, nonce="00",
    )  # fmt: skip
    story = Story()
    story.append(signed)
    story.append(
        kinds.SessionAmended(
            session=SESSION, what="client", former="C-1042", now="C-2", reason="typo", nonce="00"
        )
    )
    recorded.tell(story)
    words = words_of(report_of(recorded.data_dir), tmp_path)
    assert "done; the record was changed after this signature" in words


def test_an_unsealed_session_says_that_its_print_proves_nothing(
    recorded: Recorded, tmp_path: Path
) -> None:
    recorded.tell(treated())
    words = words_of(report_of(recorded.data_dir), tmp_path)
    assert "not sealed yet: this print proves nothing" in words
    assert "Nobody has reviewed or signed this record yet." in words


def test_a_session_that_goes_on_says_so(recorded: Recorded, tmp_path: Path) -> None:
    story = treated()
    story.entries.pop()
    recorded.tell(story)
    assert "THIS SESSION IS STILL GOING ON" in words_of(report_of(recorded.data_dir), tmp_path)


def test_a_session_without_samples_is_reported_too(recorded: Recorded, tmp_path: Path) -> None:
    story = Story()
    story.identified()
    story.started()
    story.stopped()
    recorded.tell(story)
    words = words_of(report_of(recorded.data_dir), tmp_path)
    assert "No samples were recorded in this session." in words
    assert "No sample was received." in words
    assert "Nothing was treated." in words


def test_markup_in_a_note_is_printed_as_it_was_written(recorded: Recorded, tmp_path: Path) -> None:
    recorded.tell(treated(note=MARKUP))
    assert MARKUP in words_of(report_of(recorded.data_dir), tmp_path)


def test_characters_without_a_glyph_stand_as_their_numbers(
    recorded: Recorded, tmp_path: Path
) -> None:
    recorded.tell(treated(note="ok 😀 日 \u202e\x00\x1b end"))
    words = words_of(report_of(recorded.data_dir), tmp_path)
    assert "ok [U+1F600] [U+65E5] [U+202E][U+0000][U+001B] end" in words


def test_the_other_language_says_the_same(whole: Path, tmp_path: Path) -> None:
    words = words_of(report_of(whole, "de", "letter"), tmp_path)
    assert "Behandlungsprotokoll" in words
    assert "Beginn 15.01.2027 09:00:00 +01:00" in words
    assert "links · Oberschenkel vorn Tiefe eingestellt darüber 2,400 mm 1,500 mm" in words
