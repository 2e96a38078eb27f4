import json
from dataclasses import replace
from pathlib import Path

import pytest

from logger.archive.report.audit_reading import Period
from logger.journal import kinds
from logger.journal.verify import verify
from tests.support.audited import HOUR_NS, audit_report_of, audited_in, printed
from tests.support.recorded import Recorded
from tests.support.reported import run, tell_whole_record, words_of
from tests.support.stories import EPOCH_NS, PEN, Story, sample_block


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
    return words_of(audit_report_of(place), tmp_path_factory.mktemp("words"))


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


def test_it_tells_what_was_erased_held_and_emptied(tmp_path: Path) -> None:
    story = Story()
    for told in (
        kinds.ClientErased(
            erasure="e-1",
            sessions=("20261121-gone", "20261122-gone"),
            stretches=(kinds.ErasedStretch(PEN, "20261121-gone", 2, 3),),
            statements=(1, 4),
            account="boss",
            reason="asked for",
        ),
        kinds.ClientErasureDone(erasure="e-1", payloads=7, files=("archive/a.parquet",)),
        kinds.HoldSet(hold="h-1", session="s-1", reason="claim 4711", account="boss", nonce="n"),
        kinds.HoldLifted(hold="h-1", reason="over", account="boss", nonce="n"),
        kinds.DamagedEmptied(file="damaged.db", recovered="recovered.db", bytes=4096),
    ):
        story.append(told, stream="")
    Recorded(tmp_path).tell(story)
    words = words_of(audit_report_of(tmp_path), tmp_path)
    for row in (
        "client's sessions erased erasure: e-1, sessions: 20261121-gone 20261122-gone, account:",
        "erasure carried out erasure: e-1, payloads: 7, files: archive/a.parquet",
        "legal hold set hold: h-1, reason: claim 4711, account: boss, session: s-1",
        "legal hold lifted hold: h-1, reason: over, account: boss",
        "damaged file emptied file: damaged.db, recovered: recovered.db, bytes: 4096",
    ):
        assert row in words
    assert "statements" not in words


def test_it_says_what_verification_found(place: Path, words: str) -> None:
    assert "The journal is whole" in words
    assert f"Hash of the head: {verify(place).head_hash}" in words


def test_it_says_where_the_journal_is_not_whole(place: Path, tmp_path: Path) -> None:
    audited = audited_in(place)
    journal = audited.verified.journal
    current = replace(journal.current, bad_position=7, problem="its payload was changed")
    file = replace(journal.files[-1], result=current)
    broken = replace(
        audited.verified, journal=replace(journal, files=(file,), unrecovered=("set-aside.db",))
    )
    pdf = printed(replace(audited, verified=broken))
    said = words_of(pdf, tmp_path)
    assert "The journal is NOT whole at position 7: its payload was changed" in said
    assert "The damaged file set-aside.db is not recovered yet" in said


def test_it_says_that_seals_and_heads_fit(tmp_path: Path) -> None:
    Recorded(tmp_path).tell(Story())
    words = words_of(audit_report_of(tmp_path), tmp_path)
    assert "0 seals, 0 signed heads and 0 keys fit it, and so do the sealed files" in words


def test_it_says_which_seal_is_not_right(place: Path, tmp_path: Path) -> None:
    audited = audited_in(place)
    archive = replace(audited.verified.archive, problems=("session s-1, revision 1: it is gone",))
    broken = replace(audited.verified, archive=archive)
    pdf = printed(replace(audited, verified=broken))
    said = words_of(pdf, tmp_path)
    assert "NOT right: session s-1, revision 1: it is gone" in said
    assert "sealed files" not in said


def test_its_data_are_attached(place: Path, tmp_path: Path) -> None:
    file = tmp_path / "audit.pdf"
    file.write_bytes(audit_report_of(place))
    run("qpdf", "--check", str(file))
    attached = json.loads(run("qpdf", str(file), "--show-attachment=audit.json"))
    assert [session["id"] for session in attached["sessions"]] == ["20261122-ab12"]
    assert attached["unassigned"][0]["samples"] == 200
    assert attached["verification"]["bad_position"] is None


def test_the_same_journal_gives_the_same_bytes(place: Path) -> None:
    assert audit_report_of(place) == audit_report_of(place)


def test_nothing_of_another_time_is_in_it(place: Path) -> None:
    later = audited_in(place, Period(EPOCH_NS + HOUR_NS, EPOCH_NS + 2 * HOUR_NS))
    assert not [*later.sessions, *later.amended, *later.unassigned, *later.events]


def test_it_speaks_the_other_language(place: Path, tmp_path: Path) -> None:
    words = words_of(audit_report_of(place, "de"), tmp_path)
    assert "Prüfbericht" in words
    assert "Das Journal ist unversehrt" in words
