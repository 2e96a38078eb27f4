"""A stopped session becomes a signed manifest and a file of samples, revision by revision."""

import hashlib
from pathlib import Path

import pytest

from drivers.model import HostTime
from logger.archive.ledger import Ledger
from logger.archive.manifest import NAMESPACE, Manifest
from logger.archive.samples_reading import read_payloads
from logger.archive.tree import leaf_hash
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from tests.support import ssh_keygen
from tests.support.archived import archive, ordering, read_manifest, seals
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, HOST_BOOT, PEN, SESSION, Story, sample_block

ENTRIES = ("service.started", "link.up", "pen.identified", "session.started", "gap")


def _story() -> Story:
    """Return a session of five blocks with a gap, on a pen that speaks before and after it."""
    story = Story()
    host = HostTime(EPOCH_NS, 1, True)
    story.append(
        kinds.ServiceStarted(
            version="1.2.3",
            host_boot_id=HOST_BOOT,
            host=host,
            site="clinic-1",
            settings_hash="ab" * 32,
            settings={"recording": {"resume_within_s": 600.0}},
        ),
        stream="",
    )
    story.append(kinds.LinkUp(port="/dev/pen", profile="npt", profile_hash="cd" * 32))
    story.identified()
    story.samples(sample_block(20))
    story.started(needles=14)
    for number in range(1, 6):
        story.samples(sample_block(20, first=20 * number))
    story.append(kinds.Gap(cause="sequence", count=25, from_sequence=120, to_sequence=144))
    story.stopped()
    story.samples(sample_block(20, first=200))
    return story


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    recorded = Recorded(tmp_path)
    recorded.tell(_story())
    return recorded


def _directory(recorded: Recorded) -> Path:
    return recorded.data_dir / "archive" / "sessions" / SESSION


def _manifest(recorded: Recorded, revision: int = 1) -> Manifest:
    return read_manifest(_directory(recorded) / f"manifest-{revision}.json")


def _entries(recorded: Recorded) -> list[Entry]:
    with JournalReader(recorded.data_dir) as reader:
        return list(reader.entries())


def _note(recorded: Recorded, text: str = "even") -> None:
    story = Story()
    story.append(kinds.SessionNote(session=SESSION, text=text, nonce="00"))
    recorded.tell(story)


def test_a_stopped_session_is_sealed(recorded: Recorded) -> None:
    done = archive(recorded.data_dir)
    assert [(one.name, one.revision, one.samples) for one in done.sealed] == [(SESSION, 1, 100)]
    names = {path.name for path in _directory(recorded).iterdir()}
    assert names == {"manifest-1.json", "manifest-1.json.sig", "samples-1.parquet"}


def test_an_open_session_is_not_sealed(tmp_path: Path) -> None:
    recorded, story = Recorded(tmp_path), Story()
    story.started()
    story.samples(sample_block(20))
    recorded.tell(story)
    assert archive(tmp_path).sealed == []


def test_sealing_again_changes_nothing(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    before = {path: path.stat().st_mtime_ns for path in _directory(recorded).iterdir()}
    assert archive(recorded.data_dir).sealed == []
    assert {path: path.stat().st_mtime_ns for path in _directory(recorded).iterdir()} == before


def test_the_file_gives_the_sessions_blocks_back_and_no_others(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    (seal,) = seals(recorded.data_dir)
    manifest = _manifest(recorded)
    own = [
        (one.position, one.payload)
        for one in _entries(recorded)
        if one.kind == kinds.SAMPLES and 6 <= one.position <= 11
    ]
    assert list(read_payloads(_directory(recorded) / "samples-1.parquet")) == own
    assert manifest.samples.ranges == ((own[0][0], own[-1][0]),)
    assert seal.samples == 100


def test_the_entry_names_the_very_files(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    (seal,) = seals(recorded.data_dir)
    manifest = (_directory(recorded) / "manifest-1.json").read_bytes()
    samples = (_directory(recorded) / "samples-1.parquet").read_bytes()
    assert seal.manifest_sha256 == hashlib.sha256(manifest).hexdigest()
    assert seal.leaf_hash == leaf_hash(manifest).hex()
    assert seal.files == {"samples-1.parquet": hashlib.sha256(samples).hexdigest()}
    assert _manifest(recorded).files["samples-1.parquet"].sha256 in seal.files.values()


def test_the_manifest_tells_what_was_used_and_by_which_software(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    manifest = _manifest(recorded)
    (pen,), (software,) = manifest.pens, manifest.software
    assert (pen.serial, pen.model, pen.firmware) == (PEN, "REF-PEN", "1.4.2")
    assert (pen.profile, pen.profile_hash) == ("npt", "cd" * 32)
    assert (software.version, software.settings_sha256) == ("1.2.3", "ab" * 32)
    assert software.settings == {"recording": {"resume_within_s": 600.0}}
    assert manifest.site == "clinic-1"
    assert [one.host.synchronised for one in manifest.clock] == [True]
    session = manifest.session
    assert session is not None
    assert session.cartridge is not None
    assert session.cartridge.needle_count == 14
    assert [one.zone for one in session.segments] == ["anterior-thigh"]


def test_the_manifest_tells_every_gap_and_how_complete_it_is(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    complete = _manifest(recorded).completeness
    assert [(gap.cause, gap.count, gap.from_sequence) for gap in complete.gaps] == [
        ("sequence", 25, 120)
    ]
    assert (complete.samples, complete.samples_missing, complete.share) == (100, 25, 0.8)


def test_the_manifest_holds_the_hash_of_every_entry_of_the_session(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    own = {
        (one.position, one.kind, one.chain_hash.hex())
        for one in _entries(recorded)
        if 6 <= one.position <= 13 or one.kind in ENTRIES
    }
    assert set(_manifest(recorded).entries) == own


def test_openssh_itself_verifies_the_signature(recorded: Recorded, tmp_path: Path) -> None:
    archive(recorded.data_dir)
    (public,) = (recorded.data_dir / "keys").glob("*.pub")
    content = (_directory(recorded) / "manifest-1.json").read_bytes()
    signature = (_directory(recorded) / "manifest-1.json.sig").read_text()
    line = public.read_text().strip()
    place = tmp_path / "elsewhere"
    place.mkdir()
    assert not ssh_keygen.verify(place, line, NAMESPACE, content, signature).returncode
    assert ssh_keygen.verify(place, line, NAMESPACE, content + b" ", signature).returncode


def test_what_is_said_later_makes_a_revision_on_the_same_samples(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    _note(recorded)
    archive(recorded.data_dir)
    first, second = seals(recorded.data_dir)
    later = _manifest(recorded, 2)
    assert later.former_sha256 == second.former_sha256 == first.manifest_sha256
    assert later.session is not None
    assert [note.text for note in later.session.notes] == ["even"]
    assert later.files == _manifest(recorded).files
    assert not (_directory(recorded) / "samples-2.parquet").exists()
    assert "session.note" in {kind for _, kind, _ in later.entries}
    assert kinds.SAMPLES not in {kind for _, kind, _ in later.entries}
    assert later.samples.revision == 1


def test_samples_that_come_to_a_session_are_written_into_a_file_of_their_own(
    recorded: Recorded,
) -> None:
    archive(recorded.data_dir)
    story = Story()
    story.append(
        kinds.SamplesAssigned(
            session=SESSION,
            from_position=14,
            to_position=14,
            from_unix_ns=EPOCH_NS,
            to_unix_ns=EPOCH_NS + 1,
            side="left",
            zone="anterior-thigh",
            reason="forgot to start",
            nonce="00",
            retagged=(
                kinds.Retagged(
                    from_position=14,
                    to_position=14,
                    now=kinds.Tags(session=SESSION, side="left", zone="anterior-thigh"),
                ),
            ),
        )
    )
    recorded.tell(story)
    archive(recorded.data_dir)
    later = _manifest(recorded, 2)
    assert (later.samples.file, later.samples.rows) == ("samples-2.parquet", 120)
    assert (_directory(recorded) / "samples-1.parquet").exists()
    assert [one for one, kind, _ in later.entries if kind == kinds.SAMPLES][-1] == 14


def test_samples_whose_file_was_damaged_are_written_again(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    (_directory(recorded) / "samples-1.parquet").write_bytes(b"rot")
    _note(recorded)
    archive(recorded.data_dir)
    assert _manifest(recorded, 2).samples.file == "samples-2.parquet"


def test_the_same_journal_gives_the_same_manifest(recorded: Recorded, tmp_path: Path) -> None:
    def refuse(order: str, arguments: dict[str, object]) -> object:
        if order == "seal.make":
            raise CommandRefused("not yet")
        return ordering(recorded.data_dir)(order, arguments)

    with pytest.raises(AssertionError, match="not yet"):
        archive(recorded.data_dir, order=refuse)
    before = (_directory(recorded) / "manifest-1.json").read_bytes()
    archive(recorded.data_dir)
    assert (_directory(recorded) / "manifest-1.json").read_bytes() == before


def test_a_seal_that_was_overtaken_is_refused(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    (seal,) = seals(recorded.data_dir)
    arguments = {"seal": {**_fields(seal)}, "pen": PEN, "seen_position": 14}
    with pytest.raises(CommandRefused, match=r"revision 1 of .* was sealed meanwhile"):
        ordering(recorded.data_dir)("seal.make", arguments)


def test_a_second_round_at_the_same_time_is_refused(recorded: Recorded) -> None:
    def meanwhile(order: str, arguments: dict[str, object]) -> object:
        with pytest.raises(CommandRefused, match="another round of sealing is under way"):
            archive(recorded.data_dir)
        return ordering(recorded.data_dir)(order, arguments)

    assert archive(recorded.data_dir, order=meanwhile).sealed


def test_a_session_with_a_damaged_block_says_so_and_hinders_no_other(tmp_path: Path) -> None:
    recorded, story = Recorded(tmp_path), Story()
    story.started()
    story.append(kinds.SessionNote(session=SESSION, text="", nonce=""), actor="x")
    story.stopped()
    story.started("20261122-zz99")
    story.samples(sample_block(20))
    story.stopped("20261122-zz99")
    recorded.tell(story)
    done = archive(tmp_path)
    assert [one.samples for one in done.sealed] == [0, 20]
    assert _manifest(recorded).files == {}


def test_files_are_for_their_owner_alone(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    for path in (recorded.data_dir / "archive").rglob("*"):
        assert not path.stat().st_mode & 0o077, path


def test_the_ledger_knows_what_is_sealed(recorded: Recorded) -> None:
    archive(recorded.data_dir)
    with JournalReader(recorded.data_dir) as reader:
        assert list(Ledger.read(reader).sessions_due()) == []


def _fields(seal: kinds.SealMade) -> dict[str, object]:
    return {name: getattr(seal, name) for name in seal.__struct_fields__}
