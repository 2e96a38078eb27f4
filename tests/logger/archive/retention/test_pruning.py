"""Sealed blocks leave the journal after their time, and whoever reads it does not notice."""

from pathlib import Path

import pytest

from logger.archive.retention import orders
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.journal.sealing import stored
from logger.journal.verify import verify
from logger.session.places import held_stretches
from logger.session.recompute import recomputed
from logger.session.refreshing import reading
from tests.support.retained import LATER_NS, PEN, Clinic

DAY_NS = 86_400_000_000_000


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path)
    clinic.session("s-1", "C-1", blocks=5)
    clinic.session("s-2", "C-2")
    clinic.between()
    return clinic


def _told(clinic: Clinic) -> list[kinds.PayloadsPruned]:
    found = [
        kinds.decode(one.kind, one.payload or b"")
        for one in clinic.entries()
        if one.kind == "payloads.pruned"
    ]
    return [one for one in found if isinstance(one, kinds.PayloadsPruned)]


def test_a_reader_gets_pruned_blocks_from_their_files(clinic: Clinic) -> None:
    before = clinic.entries()
    done = clinic.round()
    assert done.pruned == 9
    assert clinic.entries()[: len(before)] == before


def test_the_journal_itself_has_them_no_more_and_verifies(clinic: Clinic) -> None:
    clinic.round()
    result = verify(clinic.data_dir)
    assert result.good
    assert result.pruned == 9
    assert clinic.payloads_left() == 1


def test_the_newest_block_of_a_pen_stays(clinic: Clinic) -> None:
    clinic.round()
    with JournalReader(clinic.data_dir, stored) as raw:
        newest = raw.last_samples(PEN, 0)
    assert newest is not None
    assert newest.payload is not None
    clinic.between()
    clinic.round()
    assert clinic.payloads_left() == 2


def test_an_entry_names_the_file_its_hash_and_the_blocks(clinic: Clinic) -> None:
    clinic.round()
    first = _told(clinic)[0]
    assert (first.name, first.file) == ("s-1", "archive/sessions/s-1/samples-1.parquet")
    assert first.blocks == 5
    (stretch,) = held_stretches(clinic.sessions()["s-1"])
    (reach,) = first.ranges
    assert stretch.from_position <= reach[0] <= reach[1] <= stretch.to_position


def test_nothing_goes_before_its_time(clinic: Clinic) -> None:
    sealed = clinic.round(days=0)
    assert (sealed.pruned, clinic.payloads_left()) == (0, 10)
    with JournalReader(clinic.data_dir) as reader:
        sealed_ns = min(one.time_ns for one in reader.entries(kinds=["seal.made"]))
    assert clinic.round(days=30, now_ns=sealed_ns + 29 * DAY_NS).pruned == 0


def test_pruning_again_changes_nothing(clinic: Clinic) -> None:
    clinic.round()
    told = _told(clinic)
    assert clinic.round().pruned == 0
    assert _told(clinic) == told


def test_what_was_begun_is_taken_up_again(clinic: Clinic) -> None:
    clinic.round(days=0)
    file = "archive/sessions/s-1/samples-1.parquet"
    with JournalReader(clinic.data_dir) as reader:
        entries = list(reader.entries(kinds=["seal.made"]))
    seal = next(
        told
        for told in (kinds.decode(one.kind, one.payload or b"") for one in entries)
        if isinstance(told, kinds.SealMade) and told.name == "s-1"
    )
    (stretch,) = held_stretches(clinic.sessions()["s-1"])
    blocks = [
        one.position
        for one in clinic.as_they_lie()
        if one.kind == kinds.SAMPLES
        and stretch.from_position <= one.position <= stretch.to_position
    ]
    pruned = kinds.PayloadsPruned(
        subject="session",
        name="s-1",
        file=file,
        file_sha256=next(iter(seal.files.values())),
        ranges=((blocks[0], blocks[-1]),),
        blocks=len(blocks),
    )
    done = clinic.order(orders.PRUNE, orders.Prune(pen=PEN, pruned=pruned))
    step = orders.Empty(because=done["position"], positions=tuple(blocks[:2]))
    clinic.order(orders.EMPTY, step)
    clinic.round()
    assert clinic.payloads_left() == 1
    assert sum(one.name == "s-1" for one in _told(clinic)) == 1


def test_a_file_that_is_not_what_was_sealed_prunes_nothing(clinic: Clinic) -> None:
    clinic.round(days=0)
    file = clinic.data_dir / "archive/sessions/s-1/samples-1.parquet"
    file.write_bytes((clinic.data_dir / "archive/sessions/s-2/samples-1.parquet").read_bytes())
    done = clinic.tried()
    assert any("is not the file that was sealed" in one for one in done.failed)
    assert clinic.payloads_left() == 6


def test_a_block_whose_file_was_lost_is_missing_and_nothing_else(clinic: Clinic) -> None:
    before = clinic.entries()
    clinic.round()
    (clinic.data_dir / "archive/sessions/s-1/samples-1.parquet").unlink()
    after = clinic.entries()[: len(before)]
    lost = [one.position for one in after if one.payload is None]
    assert len(lost) == 5
    assert [one for one in after if one.position not in lost] == [
        one for one in before if one.position not in lost
    ]


def test_a_file_with_other_blocks_is_not_believed(clinic: Clinic) -> None:
    clinic.round()
    one, other = (
        clinic.data_dir / f"archive/sessions/{name}/samples-1.parquet" for name in ("s-1", "s-2")
    )
    one.write_bytes(other.read_bytes())
    assert sum(entry.payload is None for entry in clinic.entries()) == 5


def test_payloads_that_no_entry_allows_to_go_stay(clinic: Clinic) -> None:
    clinic.round()
    pruned = next(one for one in clinic.as_they_lie() if one.kind == "payloads.pruned")
    start = next(one for one in clinic.as_they_lie() if one.kind == "session.started")
    with pytest.raises(CommandRefused, match=f"does not allow {start.position} to go"):
        clinic.order(
            orders.EMPTY, orders.Empty(because=pruned.position, positions=(start.position,))
        )


def test_a_session_sums_up_to_the_same_from_its_file(clinic: Clinic) -> None:
    before = clinic.sessions()["s-1"]
    clinic.round()
    with JournalReader(clinic.data_dir) as reader:
        assert recomputed(before, reading(reader)) == before


def test_a_later_revision_of_a_pruned_session_misses_no_payload(clinic: Clinic) -> None:
    clinic.round()
    clinic.tell(kinds.SessionNote(session="s-1", text="late", nonce="00"))
    clinic.round()
    manifest = (clinic.data_dir / "archive/sessions/s-1/manifest-2.json").read_text()
    assert '"payloads_missing":[]' in manifest


def test_held_sessions_stay_whole_until_the_hold_is_lifted(clinic: Clinic) -> None:
    hold = clinic.hold(client="C-1")
    clinic.round()
    assert clinic.payloads_left() == 6
    clinic.lift(hold)
    clinic.round(now_ns=LATER_NS + DAY_NS)
    assert clinic.payloads_left() == 1


def test_pages_are_given_back_to_the_drive(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    clinic.session("s-1", "C-1", blocks=600)
    clinic.between(1)
    clinic.round(days=0)
    size = (tmp_path / "journal.db").stat().st_size
    clinic.round()
    assert (tmp_path / "journal.db").stat().st_size < size * 0.8
