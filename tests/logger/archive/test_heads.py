"""Heads: what they vouch for, and what no longer agrees with one."""

import hashlib
from pathlib import Path

import apsw
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logger.archive.heads import check_against, heads, newest_head
from logger.archive.seal_tree import seal_leaves, seal_tree
from logger.archive.signing import check_signature
from logger.archive.ssh_signature import HEAD_NAMESPACE
from logger.archive.tree import Tree, leaf_hash, verify_consistency, verify_inclusion
from logger.errors import ProofFailed
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE
from logger.journal.kinds import HeadSigned
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support import ssh_keygen
from tests.support.signed import NOW_NS, journal_with_seals, manifest, sign_head

SEALS = 5


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    journal_with_seals(tmp_path / "data", SEALS)
    return tmp_path / "data"


def check(data_dir: Path, head: HeadSigned) -> None:
    with JournalReader(data_dir) as reader:
        check_signature(head)
        check_against(head, reader, seal_tree(reader))


def alter(data_dir: Path, statement: str) -> None:
    connection = apsw.Connection(str(data_dir / JOURNAL_FILE))
    connection.execute(statement)
    connection.close()


def test_a_head_names_the_last_entry_and_the_root_of_all_seals(data_dir: Path) -> None:
    head = sign_head(data_dir)
    with JournalReader(data_dir) as reader:
        (covered,) = reader.read(head.position - 1, 1)
        assert (head.journal, head.chain_hash) == (reader.id, covered.chain_hash.hex())
        assert covered.kind == "key.made"
    tree = Tree(leaf_hash(manifest(number)) for number in range(SEALS))
    assert (head.tree_size, head.tree_root) == (SEALS, tree.root().hex())
    assert head.time_unix_ns == NOW_NS


def test_a_journal_without_seals_has_the_root_of_an_empty_tree(tmp_path: Path) -> None:
    journal_with_seals(tmp_path, 0)
    head = sign_head(tmp_path)
    assert (head.tree_size, head.tree_root) == (0, Tree().root().hex())
    check(tmp_path, head)


def test_plain_openssh_verifies_a_head(data_dir: Path, tmp_path: Path) -> None:
    head = sign_head(data_dir)
    line = next((data_dir / "keys").glob("*.pub")).read_text().strip()
    said = ssh_keygen.verify(tmp_path, line, HEAD_NAMESPACE, head.signed_bytes(), head.signature)
    assert said.returncode == 0, said.stderr


def test_what_is_signed_is_sorted_json_without_blanks(data_dir: Path) -> None:
    head = sign_head(data_dir)
    assert head.signed_bytes().decode() == (
        f'{{"chain_hash":"{head.chain_hash}","journal":"{head.journal}","key":"{head.key}",'
        f'"position":{head.position},"time_unix_ns":{NOW_NS},"tree_root":"{head.tree_root}",'
        f'"tree_size":{SEALS}}}'
    )


def test_a_head_stays_good_while_the_journal_grows(data_dir: Path) -> None:
    first = sign_head(data_dir)
    journal_with_seals(data_dir, 4)
    second = sign_head(data_dir)
    check(data_dir, first)
    check(data_dir, second)
    with JournalReader(data_dir) as reader:
        tree = seal_tree(reader)
        assert [head for _, head in heads(reader)] == [first, second]
        assert newest_head(reader) == second
    roots = bytes.fromhex(first.tree_root), bytes.fromhex(second.tree_root)
    proof = tree.consistency_proof(first.tree_size, second.tree_size)
    assert verify_consistency(first.tree_size, second.tree_size, *roots, proof)


def test_every_seal_is_proved_under_a_head_by_its_manifest_alone(data_dir: Path) -> None:
    head = sign_head(data_dir)
    with JournalReader(data_dir) as reader:
        tree = seal_tree(reader, head.position)
    for index in range(SEALS):
        proof = tree.inclusion_proof(index, head.tree_size)
        root = bytes.fromhex(head.tree_root)
        leaf = leaf_hash(manifest(index))
        assert verify_inclusion(leaf, index, head.tree_size, proof, root)
        assert not verify_inclusion(leaf_hash(b"forged"), index, head.tree_size, proof, root)


@given(
    field=st.sampled_from(["position", "tree_size", "time_unix_ns"]),
    other=st.integers(0, 2**62),
)
def test_no_number_of_a_head_can_be_changed(field: str, other: int) -> None:
    head = HeadSigned(
        journal="ab" * 16,
        position=7,
        chain_hash="cd" * 32,
        tree_size=2,
        tree_root="ef" * 32,
        time_unix_ns=NOW_NS,
        key="SHA256:x",
        signature="",
    )
    changed = msgspec.structs.replace(head, **{field: other})
    same = getattr(head, field) == other
    assert (changed.signed_bytes() == head.signed_bytes()) == same


@pytest.mark.parametrize("field", ["journal", "chain_hash", "tree_root", "key"])
def test_no_hash_of_a_head_can_be_changed(data_dir: Path, field: str) -> None:
    head = sign_head(data_dir)
    text = getattr(head, field)
    changed = msgspec.structs.replace(
        head, **{field: text[:-1] + ("0" if text[-1] != "0" else "1")}
    )
    with pytest.raises(ProofFailed):
        check_signature(changed)


def test_an_entry_written_anew_does_not_agree_with_a_head(data_dir: Path) -> None:
    head = sign_head(data_dir)
    alter(
        data_dir, f"UPDATE entry SET chain_hash = randomblob(32) WHERE position = {head.position}"
    )
    with pytest.raises(ProofFailed, match="is not the one that was signed"):
        check(data_dir, head)


def test_entries_cut_off_do_not_agree_with_a_head(data_dir: Path) -> None:
    head = sign_head(data_dir)
    alter(data_dir, f"DELETE FROM entry WHERE position >= {head.position}")
    with pytest.raises(ProofFailed, match="has no entry"):
        check(data_dir, head)


def test_another_seal_does_not_agree_with_a_head(data_dir: Path) -> None:
    head = sign_head(data_dir)
    other = f'{{"leaf_hash":"{leaf_hash(b"forged").hex()}"}}'
    with JournalReader(data_dir) as reader:
        at = [position for position, _ in seal_leaves(reader)][2]
    payload = f"payload = CAST('{other}' AS BLOB)"
    hashed = f"payload_hash = x'{hashlib.sha256(other.encode()).hexdigest()}'"
    alter(data_dir, f"UPDATE entry SET {payload}, {hashed} WHERE position = {at}")
    with pytest.raises(ProofFailed, match="the first 5 seals are not those that were signed"):
        check(data_dir, head)


def test_a_missing_seal_does_not_agree_with_a_head(data_dir: Path) -> None:
    head = sign_head(data_dir)
    with JournalReader(data_dir) as reader:
        at = [position for position, _ in seal_leaves(reader)][2]
    alter(data_dir, f"UPDATE entry SET kind = 'seal.lost' WHERE position = {at}")
    with pytest.raises(ProofFailed, match="5 seals were signed, the journal has 4"):
        check(data_dir, head)


def test_a_seal_whose_payload_is_gone_is_told(data_dir: Path) -> None:
    alter(data_dir, "UPDATE entry SET payload = NULL WHERE kind = 'seal.made'")
    with JournalReader(data_dir) as reader, pytest.raises(ProofFailed, match="told is gone"):
        seal_tree(reader)


@pytest.mark.parametrize("payload", [b"{}", b'{"leaf_hash":"xyz"}', b"nonsense"])
def test_a_seal_without_its_leaf_is_told(data_dir: Path, payload: bytes) -> None:
    with Journal.open(data_dir, HostClock()) as journal:
        journal.append([Draft("seal.made", "", "service", payload)])
    with JournalReader(data_dir) as reader, pytest.raises(ProofFailed, match=r"seal\.made at"):
        seal_tree(reader)


def test_the_head_of_another_journal_is_told(data_dir: Path, tmp_path: Path) -> None:
    journal_with_seals(tmp_path / "other", SEALS)
    with pytest.raises(ProofFailed, match="it is of journal"):
        check(data_dir, sign_head(tmp_path / "other"))
