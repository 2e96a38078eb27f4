"""What is erased of a client is gone everywhere, stays gone, and leaves all others as they are."""

from pathlib import Path

import msgspec
import pytest

from logger.archive.retention import orders
from logger.archive.retention.records import read_records
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.retained import BOSS, DR, PEN, Clinic, split_off


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path)
    clinic.session("s-1", "CODE-ONE")
    clinic.session("s-2", "CODE-TWO")
    clinic.session("s-3", "CODE-ONE")
    clinic.between()
    clinic.round(days=0)
    return clinic


def _erased(clinic: Clinic) -> kinds.ClientErased:
    (*_, entry) = (one for one in clinic.entries() if one.kind == "client.erased")
    told = kinds.decode(entry.kind, entry.payload or b"")
    assert isinstance(told, kinds.ClientErased)
    return told


def test_the_sessions_are_gone_from_the_list_at_once(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE")
    assert set(clinic.sessions()) == {"s-2"}


def test_nothing_in_the_data_directory_names_the_client(clinic: Clinic) -> None:
    assert clinic.holds_text("CODE-ONE")
    clinic.erase("CODE-ONE")
    clinic.round()
    assert clinic.holds_text("CODE-ONE") == []
    assert clinic.holds_text("CODE-TWO")


def test_samples_manifests_and_signatures_go(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE")
    done = clinic.round(days=0)
    assert done.erased == 3 + 3 + 2 + 2
    names = {path.name for path in (clinic.data_dir / "archive/sessions").iterdir()}
    assert names == {"s-2"}


def test_what_the_others_have_is_what_they_had(clinic: Clinic) -> None:
    before = clinic.sessions()["s-2"]
    blocks = [one for one in clinic.entries() if one.kind == kinds.SAMPLES]
    erased = _after_erasing(clinic)
    assert clinic.sessions() == {"s-2": before}
    kept = [one for one in clinic.entries() if one.kind == kinds.SAMPLES]
    assert [a == b for a, b in zip(blocks, kept, strict=True)] == [
        not any(one.from_position <= block.position <= one.to_position for one in erased.stretches)
        for block in blocks
    ]


def _after_erasing(clinic: Clinic) -> kinds.ClientErased:
    clinic.erase("CODE-ONE")
    clinic.round(days=0)
    return _erased(clinic)


def test_the_journal_verifies_and_counts_what_is_gone(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE")
    clinic.round(days=0)
    result = verify(clinic.data_dir)
    assert result.good
    assert result.pruned == 10


def test_it_stays_on_record_who_erased_what_and_why(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE", reason="asked for by letter of 3 May")
    told = _erased(clinic)
    assert (told.account, told.reason) == ("boss", "asked for by letter of 3 May")
    assert set(told.sessions) == {"s-1", "s-3"}
    assert "CODE-ONE" not in msgspec.json.encode(told).decode()


def test_a_rebuilt_list_is_the_same(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE")
    before = clinic.sessions()
    clinic.rebuild()
    assert clinic.sessions() == before
    clinic.round()
    clinic.rebuild()
    assert clinic.sessions() == before


def test_erased_blocks_are_not_sealed_as_unassigned(clinic: Clinic) -> None:
    _after_erasing(clinic)
    (clinic.data_dir / "archive/looked.json").unlink()
    assert clinic.round(days=0).sealed == []


def test_a_session_split_off_for_another_client_stays_whole(clinic: Clinic) -> None:
    split_off(clinic, "CODE-NEXT")
    clinic.round(days=0)
    before = clinic.sessions()
    clinic.erase("CODE-ONE")
    clinic.round()
    clinic.rebuild()
    after = clinic.sessions()
    assert after == {"s-2": before["s-2"], "s-9": before["s-9"]}
    assert clinic.holds_text("CODE-ONE") == []
    assert _samples_of(clinic, "s-9") == 1


def test_the_session_from_which_an_erased_one_was_split_off_stays_whole(clinic: Clinic) -> None:
    split_off(clinic, "CODE-NEXT")
    clinic.round()
    before = clinic.sessions()
    clinic.erase("CODE-NEXT")
    clinic.round()
    clinic.rebuild()
    assert clinic.sessions() == {name: one for name, one in before.items() if name != "s-9"}
    assert clinic.holds_text("CODE-NEXT") == []
    assert _samples_of(clinic, "s-1") == 2


def _samples_of(clinic: Clinic, session: str) -> int:
    """Return how many blocks of a session come with their payload."""
    segments = clinic.sessions()[session].segments
    return sum(
        one.payload is not None
        for one in clinic.entries()
        if one.kind == kinds.SAMPLES
        and any(s.from_position <= one.position <= (s.to_position or 0) for s in segments)
    )


def test_superseded_files_that_hold_erased_blocks_go(clinic: Clinic) -> None:
    split_off(clinic, "CODE-NEXT")
    clinic.round()
    clinic.erase("CODE-NEXT")
    clinic.round()
    files = {path.name for path in (clinic.data_dir / "archive/sessions/s-1").glob("*.parquet")}
    assert files == {"samples-2.parquet"}


def test_quarantined_items_of_erased_sessions_go(clinic: Clinic) -> None:
    block = next(one for one in clinic.entries() if one.kind == kinds.SAMPLES)
    last = clinic.entries()[-1]
    with Journal.open(clinic.data_dir, HostClock()) as journal:
        journal.append(
            (),
            quarantined=[
                Quarantined("influx", block.position, b"mine", "no"),
                Quarantined("influx", last.position, b"yours", "no"),
            ],
        )
    clinic.erase("CODE-ONE")
    clinic.round()
    with JournalReader(clinic.data_dir) as reader:
        assert [one.item for one in reader.quarantine()] == [b"yours"]


def test_a_record_without_the_client_lies_beside_the_journal(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE")
    clinic.round()
    (record,) = read_records(clinic.data_dir / "erasures")
    assert set(record.sessions) == {"s-1", "s-3"}
    assert record.account == "boss"


def test_a_restored_older_copy_is_erased_again(clinic: Clinic, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    clinic.copy_journal(copy)
    clinic.erase("CODE-ONE")
    clinic.round()
    clinic.restore_journal(copy)
    copy.unlink()
    clinic.rebuild()
    assert set(clinic.sessions()) == {"s-1", "s-2", "s-3"}
    clinic.round()
    assert set(clinic.sessions()) == {"s-2"}
    assert clinic.holds_text("CODE-ONE") == []
    assert _erased(clinic).replayed


def test_restored_files_of_erased_sessions_go_again(clinic: Clinic) -> None:
    manifest = clinic.data_dir / "archive/sessions/s-1/manifest-1.json"
    content = manifest.read_bytes()
    clinic.erase("CODE-ONE")
    clinic.round()
    manifest.parent.mkdir()
    manifest.write_bytes(content)
    clinic.round()
    assert not manifest.parent.exists()


@pytest.mark.parametrize("stopped_at", range(12))
def test_stopped_anywhere_it_is_taken_up_again(clinic: Clinic, stopped_at: int) -> None:
    clinic.erase("CODE-ONE")
    clinic.stop_after(stopped_at)
    clinic.round()
    assert clinic.holds_text("CODE-ONE") == []
    assert verify(clinic.data_dir).good


def test_a_client_without_sessions_is_refused(clinic: Clinic) -> None:
    with pytest.raises(CommandRefused, match="there is no session of client C-99"):
        clinic.erase("C-99")


def test_only_an_administrator_may_erase(clinic: Clinic) -> None:
    order = orders.EraseClient(client="CODE-ONE", reason="asked for", by=DR)
    with pytest.raises(CommandRefused, match="dr-7 is practitioner, and may not erase a client"):
        clinic.order(orders.ERASE, order)


def test_the_reason_must_not_name_the_client(clinic: Clinic) -> None:
    with pytest.raises(CommandRefused, match="the reason names the client"):
        clinic.erase("CODE-ONE", reason="CODE-ONE wished it")


def test_an_open_session_must_be_stopped_first(clinic: Clinic) -> None:
    clinic.tell(
        kinds.SessionStarted(
            session="s-5",
            pen=PEN,
            client="CODE-ONE",
            practitioner="dr.b",
            side="left",
            zone="shin",
            nonce="00",
        )
    )
    with pytest.raises(CommandRefused, match="session s-5 is not stopped"):
        clinic.erase("CODE-ONE")


def test_a_hold_on_a_session_overrides_it_with_its_reason(clinic: Clinic) -> None:
    hold = clinic.hold(session="s-3")
    with pytest.raises(CommandRefused, match=rf"s-3 is held \({hold}, by boss\): claim 4711"):
        clinic.erase("CODE-ONE")
    assert set(clinic.sessions()) == {"s-1", "s-2", "s-3"}
    clinic.lift(hold)
    clinic.erase("CODE-ONE")
    assert set(clinic.sessions()) == {"s-2"}


def test_a_hold_on_the_client_is_erased_with_the_client(clinic: Clinic) -> None:
    clinic.lift(clinic.hold(client="CODE-ONE"))
    clinic.erase("CODE-ONE")
    clinic.round()
    assert clinic.holds_text("CODE-ONE") == []


def test_boss_is_named_nowhere_by_name(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE")
    assert clinic.holds_text(BOSS.name) == []


def test_both_parts_of_a_split_are_erased_one_after_the_other(clinic: Clinic) -> None:
    split_off(clinic, "CODE-NEXT")
    clinic.round()
    for client in ("CODE-ONE", "CODE-NEXT"):
        clinic.erase(client)
        clinic.round()
    assert set(clinic.sessions()) == {"s-2"}
    assert clinic.holds_text("CODE-NEXT") == []
