"""What is left after pruning and erasing is bundled and verified, and what went is told."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from logger.archive.bundle import form
from logger.archive.verification.payloads_check import GonePayloads
from logger.archive.verification.told import Told
from logger.journal.kinds import SAMPLES, PayloadsPruned
from tests.support.bundled import contents_of
from tests.support.checked import both_say, bundled, found_wrong, verified
from tests.support.command_line import call
from tests.support.retained import PEN, Clinic, split_off


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic where a client's session was split off from another's, all of it sealed twice."""
    clinic = Clinic(tmp_path_factory.mktemp("sealed"))
    clinic.session("s-1", "CODE-ONE")
    clinic.session("s-2", "CODE-TWO")
    clinic.between()
    clinic.round(days=0)
    split_off(clinic, "CODE-NEXT")
    clinic.round(days=0)
    return clinic.data_dir


@pytest.fixture
def clinic(sealed: Path, tmp_path: Path) -> Clinic:
    return Clinic(Path(shutil.copytree(sealed, tmp_path / "data")))


def _change(clinic: Clinic, statement: str) -> None:
    with closing(sqlite3.connect(clinic.data_dir / "journal.db")) as connection, connection:
        connection.execute(statement)


def test_pruning_changes_no_byte_of_a_bundle(clinic: Clinic, tmp_path: Path) -> None:
    before = bundled(clinic.data_dir, "s-2", tmp_path).read_bytes()
    clinic.round()
    assert bundled(clinic.data_dir, "s-2", tmp_path).read_bytes() == before


def test_verify_counts_what_was_pruned(clinic: Clinic) -> None:
    pruned = clinic.round().pruned
    assert f"PRUNED: {pruned} blocks lie in their sealed files alone" in verified(clinic.data_dir)


def test_an_erasure_changes_nothing_in_another_clients_bundle_but_the_later_head(
    clinic: Clinic, tmp_path: Path
) -> None:
    clinic.round()
    before = contents_of(bundled(clinic.data_dir, "s-2", tmp_path))
    clinic.erase("CODE-ONE")
    clinic.round()
    after = contents_of(bundled(clinic.data_dir, "s-2", tmp_path))
    changed = {name for name in (*before, *after) if before.get(name) != after.get(name)}
    later = {form.LATER_HEAD, form.LATER_HEAD_SIGNATURE, form.TOLD}
    assert changed <= {*later, form.LIST, form.LIST_SIGNATURE}


@pytest.mark.parametrize(("client", "left"), [("CODE-NEXT", "s-1"), ("CODE-ONE", "s-9")])
@pytest.mark.parametrize("days", [0, 30], ids=["in the journal", "pruned"])
def test_a_bundle_that_rested_on_erased_entries_says_so(
    clinic: Clinic, tmp_path: Path, client: str, left: str, days: int
) -> None:
    clinic.round(days=days)
    clinic.erase(client)
    clinic.round(days=days)
    for words in both_say(bundled(clinic.data_dir, left, tmp_path)):
        assert "ERASED: the payloads of 1 entries" in words


def test_an_erased_session_has_no_bundle(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE")
    answer = call("--data-dir", clinic.data_dir, "session", "bundle", "s-1", "--out", "-")
    assert "there is no session s-1" in answer.err


def test_a_bundle_that_was_made_before_the_erasure_stays_good(
    clinic: Clinic, tmp_path: Path
) -> None:
    bundle = bundled(clinic.data_dir, "s-1", tmp_path)
    clinic.erase("CODE-ONE")
    clinic.round()
    assert all("CONSISTENT" in words for words in both_say(bundle))


def test_verify_counts_what_was_erased(clinic: Clinic) -> None:
    clinic.round()
    clinic.erase("CODE-ONE")
    clinic.round()
    said = verified(clinic.data_dir)
    # Start, split, stop and two blocks; the third block is the other client's now.
    assert "ERASED: 1 sessions; the payloads of 5 entries" in said
    assert "NOT OVER" not in said


def test_an_erasure_that_was_not_carried_out_yet_is_told(clinic: Clinic) -> None:
    clinic.erase("CODE-ONE")
    assert "NOT OVER: 1 erasures" in verified(clinic.data_dir)


def test_what_is_there_although_it_was_erased_is_wrong(clinic: Clinic) -> None:
    before = {one.position: one for one in clinic.as_they_lie()}
    clinic.erase("CODE-ONE")
    clinic.round()
    gone = [one.position for one in clinic.as_they_lie() if one.payload is None]
    payload = before[gone[0]].payload or b""
    _change(clinic, f"UPDATE entry SET payload = x'{payload.hex()}' WHERE position = {gone[0]}")
    said = found_wrong(clinic.data_dir)
    assert f"position {gone[0]}: its payload is still there, although it was erased" in said


def test_a_file_that_went_with_an_erasure_explains_no_payload_that_is_gone() -> None:
    pruned = PayloadsPruned(
        subject="session", name="s", file="archive/x", file_sha256="", ranges=((3, 7),), blocks=2
    )
    told = Told(pruned=[(PEN, pruned)])
    assert GonePayloads(told).why_gone(5, SAMPLES, PEN) == "pruned"
    told.gone.add("archive/x")
    assert GonePayloads(told).why_gone(5, SAMPLES, PEN) is None


def test_a_pruned_block_whose_file_is_gone_is_wrong(clinic: Clinic) -> None:
    clinic.round()
    (clinic.data_dir / "archive/sessions/s-2/samples-1.parquet").unlink()
    assert "samples-1.parquet cannot be read" in found_wrong(clinic.data_dir)
