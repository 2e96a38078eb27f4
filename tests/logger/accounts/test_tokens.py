"""Tokens: who may have one, what it opens, and what ends it."""

import re
import sqlite3
from pathlib import Path

import pytest

from logger.accounts.accounts_file import ACCOUNTS_FILE
from logger.accounts.bearing import Bearer, bearer_of
from logger.accounts.model import Role
from logger.accounts.orders import ChangeRole, MakeToken, ReopenAccount, RevokeToken
from logger.accounts.store import AccountStore, read_accounts
from logger.errors import CommandRefused
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.accounts import NOON_NS, PASSWORD, Accounts

_DAY_NS = 86_400_000_000_000


@pytest.fixture
def doctor(accounts: Accounts) -> Accounts:
    """The accounts, with a practitioner."""
    accounts.add("dr-7", "practitioner", by="boss")
    return accounts


def _bearer(accounts: Accounts, token: str) -> Bearer | None:
    return bearer_of(accounts.data_dir, token, accounts.now_ns)


def _catch_up(accounts: Accounts) -> None:
    with JournalReader(accounts.data_dir) as reader, AccountStore.open(accounts.data_dir) as store:
        store.catch_up(reader)


def test_a_token_opens_what_its_account_and_its_role_may(doctor: Accounts) -> None:
    _, token = doctor.token("dr-7", "auditor")
    bearer = _bearer(doctor, token)
    assert bearer is not None
    assert (bearer.account.id, bearer.role) == ("dr-7", "auditor")
    roles: list[Role] = ["auditor", "practitioner", "administrator"]
    assert [bearer.is_of(frozenset({role})) for role in roles] == [False, False, False]
    assert bearer.is_of(frozenset(roles))


def test_a_token_falls_with_the_role_of_its_account(doctor: Accounts) -> None:
    _, token = doctor.token("dr-7", "practitioner")
    doctor.carry_out(ChangeRole(account="dr-7", role="auditor", by="boss"))
    bearer = _bearer(doctor, token)
    assert bearer is not None
    assert not bearer.is_of(frozenset({"practitioner", "administrator"}))


@pytest.mark.parametrize(
    ("account", "role", "by", "why"),
    [
        ("dr-7", "administrator", "dr-7", "its tokens may not be administrator"),
        ("dr-7", "practitioner", "eve", "account eve is no administrator"),
        ("dr-7", "practitioner", "", "an administrator must sign in"),
        ("eve", "practitioner", "boss", "its tokens may not be practitioner"),
        ("nemo", "auditor", "boss", "there is no account nemo"),
        ("dr-7", "king", "dr-7", "'king' is no role"),
    ],
)
def test_a_token_that_may_not_be_is_refused(
    doctor: Accounts, account: str, role: str, by: str, why: str
) -> None:
    doctor.add("eve", "auditor", by="boss")
    order = MakeToken(
        account=account, token="t1", name="x", role=role, expires_unix_ns=NOON_NS, by=by
    )
    with pytest.raises(CommandRefused, match=re.escape(why)) as refused:
        doctor.carry_out(order)
    assert refused.value.mend


def test_an_administrator_makes_and_revokes_anothers_token(doctor: Accounts) -> None:
    token_id, token = doctor.token("dr-7", "practitioner", by="boss")
    assert _bearer(doctor, token) is not None
    doctor.carry_out(RevokeToken(account="dr-7", token=token_id, by="boss"))
    assert _bearer(doctor, token) is None
    with pytest.raises(CommandRefused, match="is revoked already"):
        doctor.carry_out(RevokeToken(account="dr-7", token=token_id, by="dr-7"))


def test_nobody_revokes_a_strangers_token(doctor: Accounts) -> None:
    token_id, _ = doctor.token("boss", "auditor")
    with pytest.raises(CommandRefused, match="account dr-7 is no administrator"):
        doctor.carry_out(RevokeToken(account="boss", token=token_id, by="dr-7"))


def test_a_token_ends_at_its_time(doctor: Accounts) -> None:
    _, token = doctor.token("dr-7", "practitioner", days=2)
    doctor.now_ns += 2 * _DAY_NS - 1
    assert _bearer(doctor, token) is not None
    doctor.now_ns += 1
    assert _bearer(doctor, token) is None


def test_a_token_dies_with_the_closing_of_its_account_for_good(doctor: Accounts) -> None:
    _, token = doctor.token("dr-7", "practitioner")
    doctor.close("dr-7", by="boss")
    assert _bearer(doctor, token) is None
    credential = doctor.credential("dr-7", "another kettle on ice")
    doctor.carry_out(ReopenAccount(account="dr-7", credential=credential, by="boss"))
    assert _bearer(doctor, token) is None


def test_a_token_ends_no_sign_in(doctor: Accounts) -> None:
    def position() -> int:
        with JournalReader(doctor.data_dir) as reader:
            found = read_accounts(doctor.data_dir, reader).find("dr-7")
        assert found is not None
        return found.position

    before = position()
    doctor.token("dr-7", "practitioner")
    assert position() == before


def test_a_hash_that_no_entry_names_opens_nothing(doctor: Accounts) -> None:
    with AccountStore.open(doctor.data_dir) as store:
        store.add_token("t1", "needlelog_" + "ab" * 32)
    assert _bearer(doctor, "needlelog_" + "ab" * 32) is None


def test_the_token_stands_nowhere_and_its_hash_goes_with_it(doctor: Accounts) -> None:
    token_id, token = doctor.token("dr-7", "practitioner")
    _catch_up(doctor)
    path = doctor.data_dir / ACCOUNTS_FILE
    with sqlite3.connect(path) as connection:
        ((stored,),) = connection.execute("SELECT hash FROM token_hash")
    doctor.carry_out(RevokeToken(account="dr-7", token=token_id, by="dr-7"))
    _catch_up(doctor)
    secret = token.removeprefix("needlelog_").encode()
    for file in doctor.data_dir.iterdir():
        assert secret not in file.read_bytes()
        assert stored.encode() not in file.read_bytes()


def test_the_loss_of_the_file_ends_every_token(doctor: Accounts) -> None:
    _, token = doctor.token("dr-7", "practitioner")
    (doctor.data_dir / ACCOUNTS_FILE).unlink()
    assert _bearer(doctor, token) is None


def test_an_older_copy_of_the_file_brings_no_revoked_token_back(doctor: Accounts) -> None:
    token_id, token = doctor.token("dr-7", "practitioner")
    _catch_up(doctor)
    path = doctor.data_dir / ACCOUNTS_FILE
    older = path.read_bytes()
    doctor.carry_out(RevokeToken(account="dr-7", token=token_id, by="dr-7"))
    _catch_up(doctor)
    path.write_bytes(older)
    assert _bearer(doctor, token) is None


def test_a_file_from_before_tokens_is_read_and_goes_on(tmp_path: Path) -> None:
    Journal.open(tmp_path, HostClock()).close()
    accounts = Accounts(tmp_path)
    accounts.add("boss", "administrator")
    _catch_up(accounts)
    with sqlite3.connect(tmp_path / ACCOUNTS_FILE) as connection:
        connection.executescript(
            "DROP TABLE token; DROP TABLE token_hash; DROP TABLE second_factor;"
            "DROP TABLE recovery_code; ALTER TABLE account DROP COLUMN second_factor;"
            "PRAGMA user_version = 1;"
        )
    assert _bearer(accounts, "needlelog_" + "ab" * 32) is None
    assert accounts.sign_in("boss", PASSWORD).id == "boss"
    _, token = accounts.token("boss", "auditor")
    assert _bearer(accounts, token) is not None
