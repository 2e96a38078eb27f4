import json
from dataclasses import replace
from pathlib import Path

import pytest

from logger.archive.outside import Outside
from logger.archive.report.audit import Audited, audit_report, read_audited
from logger.archive.report.audit_reading import Period
from logger.archive.report.press import PAPERS
from logger.archive.report.wording import Wording
from logger.archive.verification.record import Verified
from logger.archive.verification.whole import verify_archive
from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.journal.verify_succession import verify_succession
from logger.session.store import load_sessions
from tests.support.recorded import Recorded
from tests.support.reported import SITE, ZONE, run, tell_whole_record, treated, words_of
from tests.support.stories import EPOCH_NS, PEN, Story, sample_block

HOUR_NS = 3_600_000_000_000
DAY = Period(EPOCH_NS - HOUR_NS, EPOCH_NS + HOUR_NS)


def _verified(data_dir: Path) -> Verified:
    archive = verify_archive(data_dir, Outside(), lambda what, done, last: None)
    return Verified(verify_succession(data_dir), archive)


def _audited(data_dir: Path, period: Period = DAY) -> Audited:
    with load_sessions(data_dir) as sessions, JournalReader(data_dir) as reader:
        return read_audited(reader, sessions, period, _verified(data_dir), ZONE)


def _report(data_dir: Path, language: str = "en") -> bytes:
    return audit_report(_audited(data_dir), SITE, PAPERS["a4"], Wording(language, ZONE))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with a whole record, work in no session, and a key event."""
    place = tmp_path_factory.mktemp("audited")
    recorded = Recorded(place)
    tell_whole_record(recorded)
    story = Story()
    story.samples(sample_block(200, first=5000))
    story.append(
        kinds.KeyRevoked(
            fingerprint="SHA256:old", public_key="ssh-ed25519 LONG", cause="revoked",
            reason="laptop stolen", nonce="n",
        ),
        stream="",
    )  # fmt: skip
    recorded.tell(story)
    return place


@pytest.fixture(scope="module")
def words(place: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return words_of(_report(place), tmp_path_factory.mktemp("words"))


def test_it_tells_the_settings_used_by_pen_and_practitioner(words: str) -> None:
    assert f"{PEN} dr.b 1 6.5 s 1.31 0.75–2.40" in words


def test_it_lists_deviations_of_every_session(words: str) -> None:
    deep = "20261122-ab12 dr.b left · anterior thigh set depth above 2.400 mm 1.500 mm 1 1.0 s"
    assert deep in words


def test_it_lists_work_that_is_in_no_session(words: str) -> None:
    assert "Unassigned telemetry Pen From To Motor on" in words
    assert "2.0 s 200 " in words


def test_it_lists_flags_amendments_and_key_events(words: str) -> None:
    assert "expired on 2026-12-31, used on 2027-01-15" in words
    assert "dr.b client C-1024 C-1042 digits were swapped" in words
    assert "key revoked fingerprint: SHA256:old, cause: revoked, reason: laptop stolen" in words
    assert "ssh-ed25519" not in words


def test_it_says_what_verification_found(place: Path, words: str) -> None:
    assert "The journal is whole" in words
    assert f"Hash of the head: {verify(place).head_hash}" in words


def test_it_says_where_the_journal_is_not_whole(place: Path, tmp_path: Path) -> None:
    audited = _audited(place)
    journal = audited.verified.journal
    current = replace(journal.current, bad_position=7, problem="its payload was changed")
    file = replace(journal.files[-1], result=current)
    broken = replace(
        audited.verified, journal=replace(journal, files=(file,), unrecovered=("set-aside.db",))
    )
    pdf = audit_report(replace(audited, verified=broken), SITE, PAPERS["a4"], Wording("en", ZONE))
    said = words_of(pdf, tmp_path)
    assert "The journal is NOT whole at position 7: its payload was changed" in said
    assert "The damaged file set-aside.db is not recovered yet" in said


def test_it_says_that_seals_and_heads_fit(tmp_path: Path) -> None:
    Recorded(tmp_path).tell(Story())
    words = words_of(_report(tmp_path), tmp_path)
    assert "0 seals, 0 signed heads and 0 keys fit it, and so do the sealed files" in words


def test_it_says_which_seal_is_not_right(place: Path, tmp_path: Path) -> None:
    audited = _audited(place)
    archive = replace(audited.verified.archive, problems=("session s-1, revision 1: it is gone",))
    broken = replace(audited.verified, archive=archive)
    pdf = audit_report(replace(audited, verified=broken), SITE, PAPERS["a4"], Wording("en", ZONE))
    said = words_of(pdf, tmp_path)
    assert "NOT right: session s-1, revision 1: it is gone" in said
    assert "sealed files" not in said


def test_its_data_are_attached(place: Path, tmp_path: Path) -> None:
    file = tmp_path / "audit.pdf"
    file.write_bytes(_report(place))
    run("qpdf", "--check", str(file))
    attached = json.loads(run("qpdf", str(file), "--show-attachment=audit.json"))
    assert [session["id"] for session in attached["sessions"]] == ["20261122-ab12"]
    assert attached["unassigned"][0]["samples"] == 200
    assert attached["verification"]["bad_position"] is None


def test_the_same_journal_gives_the_same_bytes(place: Path) -> None:
    assert _report(place) == _report(place)


def test_nothing_of_another_time_is_in_it(place: Path) -> None:
    later = _audited(place, Period(EPOCH_NS + HOUR_NS, EPOCH_NS + 2 * HOUR_NS))
    assert not [*later.sessions, *later.amended, *later.unassigned, *later.events]


def test_simulated_sessions_are_marked_and_in_no_sum(recorded: Recorded, tmp_path: Path) -> None:
    recorded.tell(treated("SIM-000001"))
    words = words_of(_report(recorded.data_dir), tmp_path)
    assert "1 simulated sessions are listed and marked, but are in no sum." in words
    assert "0 Sessions" in words


def test_it_speaks_the_other_language(place: Path, tmp_path: Path) -> None:
    words = words_of(_report(place, "de"), tmp_path)
    assert "Prüfbericht" in words
    assert "Das Journal ist unversehrt" in words
