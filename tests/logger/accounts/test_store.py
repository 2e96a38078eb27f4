"""``accounts.db`` beside the journal: what counts, what lasts, and what is in neither."""

import os
import stat
from pathlib import Path

import pytest

from logger.accounts.accounts_file import ACCOUNTS_FILE
from logger.accounts.orders import AddAccount, ChangeRole, ReopenAccount
from logger.accounts.store import AccountStore, read_accounts
from logger.errors import CommandRefused, ConfigError
from logger.journal.files import JOURNAL_FILE
from logger.journal.head import HEAD_FILE
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.accounts import PASSWORD, Accounts


def _roles(data_dir: Path) -> dict[str, str]:
    with JournalReader(data_dir) as reader:
        return {one.id: one.role for one in read_accounts(data_dir, reader)}


def _catch_up(data_dir: Path) -> None:
    with JournalReader(data_dir) as reader, AccountStore.open(data_dir) as store:
        store.catch_up(reader)


def _refused(accounts: Accounts, account: str, password: str) -> bool:
    try:
        accounts.sign_in(account, password)
    except CommandRefused:
        return True
    return False


def test_the_file_is_its_owners_alone(accounts: Accounts) -> None:
    path = accounts.data_dir / ACCOUNTS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rights_that_somebody_gave_away_are_taken_back(accounts: Accounts) -> None:
    path = accounts.data_dir / ACCOUNTS_FILE
    path.chmod(0o644)
    accounts.sign_in("boss")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_neither_password_nor_hash_is_in_the_journal(accounts: Accounts) -> None:
    accounts.sign_in("boss")
    stored = accounts.hash_of("boss")
    assert stored is not None
    content = b"".join(
        path.read_bytes() for path in accounts.data_dir.iterdir() if "journal" in path.name
    )
    assert b"boss" in content
    for secret in (PASSWORD, stored, stored.split("$")[-1], stored.split("$")[-2]):
        assert secret.encode() not in content


def test_a_hash_that_no_entry_names_opens_nothing(accounts: Accounts) -> None:
    accounts.credential("boss", "the new password")
    assert _refused(accounts, "boss", "the new password")
    assert accounts.sign_in("boss").id == "boss"


def test_an_entry_makes_its_password_count_and_the_former_one_no_more(accounts: Accounts) -> None:
    accounts.set_password("boss", "the new password", by="boss")
    assert _refused(accounts, "boss", PASSWORD)
    assert accounts.sign_in("boss", "the new password").id == "boss"


def test_the_hash_of_a_former_password_is_wiped_from_the_file(accounts: Accounts) -> None:
    former = accounts.hash_of("boss")
    assert former is not None
    accounts.set_password("boss", "the new password", by="boss")
    _catch_up(accounts.data_dir)
    assert former.encode() not in (accounts.data_dir / ACCOUNTS_FILE).read_bytes()


def test_a_closed_account_keeps_no_hash(accounts: Accounts) -> None:
    accounts.add("dr-7", by="boss")
    stored = accounts.hash_of("dr-7")
    assert stored is not None
    accounts.close("dr-7", by="boss")
    _catch_up(accounts.data_dir)
    assert stored.encode() not in (accounts.data_dir / ACCOUNTS_FILE).read_bytes()


def test_accounts_are_read_from_the_journal_alone(accounts: Accounts) -> None:
    accounts.add("dr-7", by="boss")
    _catch_up(accounts.data_dir)
    (accounts.data_dir / ACCOUNTS_FILE).unlink()
    assert _roles(accounts.data_dir) == {"boss": "administrator", "dr-7": "practitioner"}


def test_without_its_file_nobody_signs_in_until_a_password_is_set(accounts: Accounts) -> None:
    (accounts.data_dir / ACCOUNTS_FILE).unlink()
    assert _refused(accounts, "boss", PASSWORD)
    accounts.set_password("boss", "the new password")
    assert accounts.sign_in("boss", "the new password").role == "administrator"


def test_the_loss_of_the_file_lets_nobody_become_the_first_administrator(
    accounts: Accounts,
) -> None:
    (accounts.data_dir / ACCOUNTS_FILE).unlink()
    with pytest.raises(CommandRefused, match="an administrator must sign in"):
        accounts.add("mallory", "administrator")


def test_an_older_copy_of_the_file_brings_no_former_password_back(accounts: Accounts) -> None:
    path = accounts.data_dir / ACCOUNTS_FILE
    older = path.read_bytes()
    accounts.set_password("boss", "the new password", by="boss")
    path.write_bytes(older)
    assert _refused(accounts, "boss", PASSWORD)


def test_a_file_that_is_ahead_of_a_journal_put_back_follows_the_journal(
    accounts: Accounts,
) -> None:
    older = (accounts.data_dir / JOURNAL_FILE).read_bytes()
    accounts.add("dr-7", by="boss")
    _catch_up(accounts.data_dir)
    for left in (HEAD_FILE, f"{JOURNAL_FILE}-wal", f"{JOURNAL_FILE}-shm"):
        (accounts.data_dir / left).unlink(missing_ok=True)
    (accounts.data_dir / JOURNAL_FILE).write_bytes(older)
    assert _roles(accounts.data_dir) == {"boss": "administrator"}
    _catch_up(accounts.data_dir)
    assert _roles(accounts.data_dir) == {"boss": "administrator"}


def test_strangers_do_not_fill_the_file(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logger.accounts.store.STRANGERS_KEPT", 3)
    _catch_up(accounts.data_dir)
    with AccountStore.open(accounts.data_dir) as store:
        store.begin_attempt("boss", 0)
        for number in range(6):
            store.begin_attempt(f"stranger{number}", number)
        rows = store._connection.execute("SELECT account FROM failure ORDER BY account").fetchall()
    assert rows == [("boss",), ("stranger3",), ("stranger4",), ("stranger5",)]


def test_accounts_outlast_a_journal_that_was_set_aside(accounts: Accounts) -> None:
    accounts.add("dr-7", by="boss")
    _catch_up(accounts.data_dir)
    with (accounts.data_dir / JOURNAL_FILE).open("r+b") as file:
        file.write(bytes(100))
    Journal.open(accounts.data_dir, HostClock()).close()
    assert list(accounts.data_dir.glob("journal.set-aside-*"))
    assert _roles(accounts.data_dir) == {"boss": "administrator", "dr-7": "practitioner"}
    assert accounts.sign_in("dr-7").role == "practitioner"
    accounts.close("dr-7", by="boss")
    assert _refused(accounts, "dr-7", PASSWORD)


def test_a_damaged_file_is_told_with_what_to_do(accounts: Accounts) -> None:
    path = accounts.data_dir / ACCOUNTS_FILE
    path.write_bytes(os.urandom(8192))
    with pytest.raises(ConfigError, match="Move it away"):
        accounts.sign_in("boss")


def test_a_newer_file_is_left_alone(accounts: Accounts) -> None:
    with AccountStore.open(accounts.data_dir) as store:
        store._connection.pragma("user_version", 99)
    with pytest.raises(ConfigError, match="it has version 99"):
        accounts.sign_in("boss")


def test_an_id_may_not_be_added_twice_by_two_at_once(accounts: Accounts) -> None:
    orders = [
        AddAccount(account="dr-7", name="Ann", role="auditor", credential=number, by="boss")
        for number in ("c1", "c2")
    ]
    accounts.carry_out(orders[0])
    with pytest.raises(CommandRefused, match="is there already"):
        accounts.carry_out(orders[1])


def test_a_change_of_role_counts_at_the_next_sign_in(accounts: Accounts) -> None:
    accounts.add("dr-7", by="boss")
    accounts.sign_in("dr-7")
    accounts.carry_out(ChangeRole(account="dr-7", role="auditor", by="boss"))
    assert accounts.sign_in("dr-7").role == "auditor"


def test_who_looks_meanwhile_does_not_take_the_password_of_a_reopening_away(
    accounts: Accounts,
) -> None:
    accounts.add("ann", by="boss")
    accounts.close("ann", by="boss")
    _catch_up(accounts.data_dir)
    credential = accounts.credential("ann", PASSWORD)
    _catch_up(accounts.data_dir)
    accounts.carry_out(ReopenAccount(account="ann", credential=credential, by="boss"))
    assert accounts.sign_in("ann").role == "practitioner"
