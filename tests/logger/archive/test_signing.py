"""Keys as the installation uses them: made once, told to the journal, followed when rotated."""

from pathlib import Path
from typing import Any

import pytest

from logger.archive import keys, signing
from logger.archive.key_ring import KeyRing, KnownKey, read_key_ring
from logger.archive.ssh_signature import KEY_NAMESPACE
from logger.cli.signing_ordering import signing_order
from logger.errors import CommandRefused, ConfigError, JournalError, ProofFailed
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support import ssh_keygen
from tests.support.signed import journal_with_seals, rotate, sign_head


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    journal_with_seals(tmp_path / "data", 1)
    return tmp_path / "data"


def ring(data_dir: Path) -> KeyRing:
    with JournalReader(data_dir) as reader:
        return read_key_ring(reader)


def current(data_dir: Path) -> KnownKey:
    key = ring(data_dir).current
    assert key is not None
    return key


def signing_key(data_dir: Path) -> str:
    return signing.signing_key(data_dir, signing_order(data_dir)).fingerprint


def lose_keys(data_dir: Path) -> None:
    for path in (data_dir / "keys").iterdir():
        path.unlink()


def test_the_first_use_makes_a_key_and_tells_it_to_the_journal(data_dir: Path) -> None:
    made = signing_key(data_dir)
    assert current(data_dir).fingerprint == made
    assert signing_key(data_dir) == made
    assert len(ring(data_dir).keys) == 1


def test_a_key_made_by_a_start_that_was_killed_is_told_by_the_next(data_dir: Path) -> None:
    made = keys.load_or_make(data_dir).fingerprint
    assert signing_key(data_dir) == made
    assert current(data_dir).fingerprint == made


def test_a_lost_key_is_told_with_the_mend_and_not_replaced(data_dir: Path) -> None:
    known = signing_key(data_dir)
    lose_keys(data_dir)
    with pytest.raises(ConfigError, match="needlelog key rotate"):
        signing_key(data_dir)
    assert current(data_dir).fingerprint == known


def test_a_rotated_key_is_vouched_for_by_the_one_before(data_dir: Path, tmp_path: Path) -> None:
    first = signing_key(data_dir)
    second = rotate(data_dir)
    key = current(data_dir)
    assert (key.fingerprint, key.former) == (second, first)
    signing.check_endorsement(key)
    assert signing_key(data_dir) == second
    former = ring(data_dir).find(first)
    assert former is not None
    statement = key.public_key.encode() + b"\n"
    said = ssh_keygen.verify(tmp_path, former.public_key, KEY_NAMESPACE, statement, key.endorsement)
    assert said.returncode == 0


def test_a_lost_key_is_replaced_by_order_without_anyone_vouching(data_dir: Path) -> None:
    first = signing_key(data_dir)
    lose_keys(data_dir)
    second = rotate(data_dir, "the drive died")
    assert signing_key(data_dir) == second
    gone = ring(data_dir).find(first)
    assert gone is not None
    assert (gone.cause, gone.reason, gone.successor) == ("rotated", "the drive died", second)
    with pytest.raises(ProofFailed, match="no key before it vouches"):
        signing.check_endorsement(current(data_dir))


def test_a_key_in_doubt_vouches_for_nobody(data_dir: Path) -> None:
    first = signing_key(data_dir)
    rotate(data_dir, "stolen", in_doubt=True)
    assert current(data_dir).endorsement == ""
    gone = ring(data_dir).find(first)
    assert gone is not None
    assert gone.cause == "revoked"


def test_what_a_former_key_signed_stays_good_and_it_signs_no_more(data_dir: Path) -> None:
    head = sign_head(data_dir)
    rotate(data_dir)
    known = ring(data_dir)
    assert known.problem(head.key, head.position) == ""
    assert "was rotated" in known.problem(head.key, head.position + 100)


def test_an_order_that_is_refused_leaves_no_key_behind(data_dir: Path) -> None:
    signing_key(data_dir)
    before = sorted((data_dir / "keys").iterdir())
    with pytest.raises(CommandRefused, match="no reason"):
        rotate(data_dir, "")
    assert sorted((data_dir / "keys").iterdir()) == before


def test_a_rotation_killed_after_its_entry_is_completed_by_the_next_use(data_dir: Path) -> None:
    first = signing_key(data_dir)
    carry_out = signing_order(data_dir)

    def killed(order: str, arguments: dict[str, Any]) -> Any:
        carry_out(order, arguments)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        signing.rotate(data_dir, killed, "yearly", in_doubt=False)
    second = current(data_dir).fingerprint
    assert second != first
    assert signing_key(data_dir) == second
    assert keys.load(data_dir).fingerprint == second


def test_a_rotation_whose_answer_was_lost_keeps_the_key_that_the_journal_took(
    data_dir: Path,
) -> None:
    signing_key(data_dir)
    carry_out = signing_order(data_dir)

    def unheard(order: str, arguments: dict[str, Any]) -> Any:
        carry_out(order, arguments)
        raise CommandRefused("the recorder ended before it answered")

    with pytest.raises(CommandRefused):
        signing.rotate(data_dir, unheard, "yearly", in_doubt=False)
    assert signing_key(data_dir) == current(data_dir).fingerprint


def test_there_is_nothing_to_rotate_before_the_first_key(data_dir: Path) -> None:
    with pytest.raises(CommandRefused, match="no signing key yet"):
        rotate(data_dir)


def test_a_new_file_after_a_damaged_one_goes_on_with_the_same_key_and_a_tree_of_its_own(
    data_dir: Path,
) -> None:
    before = sign_head(data_dir)
    assert before.tree_size == 1
    (data_dir / JOURNAL_FILE).write_bytes(b"no database" * 1000)
    journal_with_seals(data_dir, 3)
    after = sign_head(data_dir)
    assert (after.key, after.tree_size) == (before.key, 3)
    assert after.journal != before.journal
    assert current(data_dir).made_position > before.position


def test_no_head_is_signed_over_a_seal_that_does_not_say_its_leaf(data_dir: Path) -> None:
    with Journal.open(data_dir, HostClock()) as journal:
        journal.append([Draft("seal.made", "", "service", b"{}")])
    with pytest.raises(JournalError, match="no head can be signed"):
        sign_head(data_dir)
