"""Demo directories of whatever age are made ready, and never twice."""

import stat
from pathlib import Path

from logger.accounts.store import read_accounts
from logger.demo.accounts import ACCOUNTS, PASSWORD_FILE, is_fresh, sign_in_lines
from logger.demo.preparing import prepare
from logger.journal.reader import JournalReader
from tests.support.accounts import CHEAP, Accounts
from tests.support.recorded import Recorded
from tests.support.stories import opened

ADDRESS = "http://127.0.0.1:8480/"


def account_ids(data_dir: Path) -> list[str]:
    with JournalReader(data_dir) as reader:
        return [one.id for one in read_accounts(data_dir, reader)]


def test_a_directory_is_fresh_until_something_is_in_it(tmp_path: Path) -> None:
    assert is_fresh(tmp_path / "not there")
    assert is_fresh(tmp_path)
    Recorded(tmp_path).tell(opened())
    assert not is_fresh(tmp_path)


def test_a_demo_of_an_earlier_version_gets_accounts_and_keeps_its_record(
    recorded: Recorded,
) -> None:
    recorded.tell(opened())
    with JournalReader(recorded.data_dir) as reader:
        before = reader.last_position()
    prepare(recorded.data_dir, 1, CHEAP)
    assert set(account_ids(recorded.data_dir)) == {one.id for one in ACCOUNTS}
    with JournalReader(recorded.data_dir) as reader:
        added = list(reader.entries(before))
    assert {one.kind for one in added} == {"account.added"}


def test_its_password_opens_the_accounts_and_is_its_owners_alone(recorded: Recorded) -> None:
    recorded.tell(opened())
    prepare(recorded.data_dir, 1, CHEAP)
    file = recorded.data_dir / PASSWORD_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    password = file.read_text("ascii").strip()
    assert any(line.split()[:2] == ["password", password] for line in told(recorded.data_dir))
    Accounts(recorded.data_dir).sign_in("demo-auditor", password)


def test_made_ready_again_it_stays_as_it_is(recorded: Recorded) -> None:
    recorded.tell(opened())
    prepare(recorded.data_dir, 1, CHEAP)
    before = told(recorded.data_dir)
    prepare(recorded.data_dir, 1, CHEAP)
    assert told(recorded.data_dir) == before
    assert len(account_ids(recorded.data_dir)) == len(ACCOUNTS)


def test_accounts_that_are_there_are_left_alone(recorded: Recorded) -> None:
    Accounts(recorded.data_dir).add("boss", "administrator")
    prepare(recorded.data_dir, 1, CHEAP)
    assert account_ids(recorded.data_dir) == ["boss"]
    assert told(recorded.data_dir)[1:] == ["Sign in with the accounts that this directory has"]


def told(data_dir: Path) -> list[str]:
    return sign_in_lines(data_dir, ADDRESS)
