"""``needlelog account``: with no recorder running."""

import io
import time
from pathlib import Path

import pytest

from logger.accounts.orders import SwitchSecondFactor
from logger.accounts.second_factor import keep_second_factor
from logger.cli.exits import Exit
from logger.errors import WrongPassword
from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.accounts import PASSWORD, Accounts
from tests.support.command_line import Answer, call

NEW = "a new one it is"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    Journal.open(tmp_path, HostClock()).close()
    return tmp_path


def account(data_dir: Path, *arguments: str, passwords: tuple[str, ...] = ()) -> Answer:
    """Call with a file that holds ``passwords``, a line each."""
    file = data_dir / "passwords"
    file.write_text("".join(f"{one}\n" for one in passwords), encoding="utf-8")
    return call("--data-dir", data_dir, "account", *arguments, "--password-file", file)


def boss(data_dir: Path) -> None:
    """Add the first administrator, as cheaply as can be."""
    Accounts(data_dir).add("boss", "administrator")


def add(data_dir: Path, *arguments: str, passwords: tuple[str, ...]) -> Answer:
    named = ("add", "dr-7", "--name", "Ann", "--role", "practitioner", *arguments)
    return account(data_dir, *named, passwords=passwords)


def told(data_dir: Path) -> list[kinds.Payload]:
    with JournalReader(data_dir) as reader:
        entries = reader.entries(kinds=["account.added", "account.changed", "account.closed"])
        return [kinds.decode(one.kind, one.payload or b"") for one in entries]


def test_the_first_administrator_needs_nobody(data_dir: Path) -> None:
    arguments = ("add", "boss", "--name", "Bo S.", "--role", "administrator", "--json")
    answer = account(data_dir, *arguments, passwords=(PASSWORD,))
    assert answer.json() == {"account": "boss", "done": "account.added", "position": 2}
    assert Accounts(data_dir).sign_in("boss").name == "Bo S."
    assert verify(data_dir).problem == ""


def test_an_administrator_adds_another_account_and_the_journal_says_who(data_dir: Path) -> None:
    boss(data_dir)
    answer = add(data_dir, "--by", "boss", passwords=(PASSWORD, NEW))
    assert answer.out == "dr-7: account.added (position 3)\n"
    _, added = told(data_dir)
    assert isinstance(added, kinds.AccountAdded)
    assert (added.account, added.role, added.by) == ("dr-7", "practitioner", "boss")
    assert Accounts(data_dir).sign_in("dr-7", NEW).role == "practitioner"


def test_with_a_wrong_password_nothing_is_done(data_dir: Path) -> None:
    boss(data_dir)
    answer = add(data_dir, "--by", "boss", passwords=("wrong words", NEW))
    assert (answer.code, answer.err) == (
        Exit.REFUSED,
        "error: account or password is wrong. Try again\n",
    )
    assert len(told(data_dir)) == 1


def test_without_an_administrator_nothing_is_asked_and_nothing_done(data_dir: Path) -> None:
    boss(data_dir)
    answer = add(data_dir, passwords=())
    assert answer.err == ("error: an administrator must sign in. Name an administrator with --by\n")


def test_a_weak_password_is_refused_with_the_reason(data_dir: Path) -> None:
    boss(data_dir)
    answer = add(data_dir, "--by", "boss", passwords=(PASSWORD, "iloveyou"))
    assert answer.code == Exit.REFUSED
    assert "among the first that anybody would try" in answer.err


def test_the_own_password_is_changed_with_the_present_one(data_dir: Path) -> None:
    boss(data_dir)
    answer = account(data_dir, "password", "boss", passwords=(PASSWORD, NEW))
    assert answer.code == Exit.OK, answer.err
    assert Accounts(data_dir).sign_in("boss", NEW)
    assert told(data_dir)[-1] == kinds.AccountChanged(
        account="boss",
        what="password",
        credential=getattr(told(data_dir)[-1], "credential", ""),
        by="boss",
    )


def test_the_machines_keeper_recovers_and_the_journal_tells(data_dir: Path) -> None:
    boss(data_dir)
    account(data_dir, "password", "boss", "--recover", passwords=(NEW,))
    assert Accounts(data_dir).sign_in("boss", NEW)
    changed = told(data_dir)[-1]
    assert isinstance(changed, kinds.AccountChanged)
    assert (changed.what, changed.by) == ("password", "")
    with JournalReader(data_dir) as reader:
        last = reader.last()
    assert last is not None
    assert last.actor.startswith("uid:")


def test_a_role_is_changed_and_an_account_closed(data_dir: Path) -> None:
    boss(data_dir)
    Accounts(data_dir).add("dr-7", by="boss")
    account(data_dir, "role", "dr-7", "auditor", "--by", "boss", passwords=(PASSWORD,))
    account(data_dir, "close", "dr-7", "--by", "boss", passwords=(PASSWORD,))
    listed = call("--data-dir", data_dir, "account", "list", "--json").json()
    assert listed == {
        "accounts": [
            {
                "id": "boss",
                "name": "Boss",
                "role": "administrator",
                "closed": False,
                "second_factor": False,
            },
            {
                "id": "dr-7",
                "name": "Dr-7",
                "role": "auditor",
                "closed": True,
                "second_factor": False,
            },
        ]
    }


def test_an_account_is_renamed(data_dir: Path) -> None:
    boss(data_dir)
    arguments = ("rename", "boss", "Maria Lopez", "--by", "boss")
    answer = account(data_dir, *arguments, passwords=(PASSWORD,))
    assert answer.code == Exit.OK, answer.err
    (listed,) = call("--data-dir", data_dir, "account", "list", "--json").json()["accounts"]
    assert listed["name"] == "Maria Lopez"


def test_a_closed_account_is_reopened_and_only_its_new_password_counts(data_dir: Path) -> None:
    boss(data_dir)
    new = "green lamp under stairs"
    Accounts(data_dir).add("dr-7", by="boss")
    assert account(data_dir, "close", "dr-7", "--by", "boss", passwords=(PASSWORD,)).code == Exit.OK
    answer = account(data_dir, "reopen", "dr-7", "--by", "boss", passwords=(PASSWORD, new))
    assert answer.code == Exit.OK, answer.err
    assert account(data_dir, "password", "dr-7", passwords=(PASSWORD, new)).code == Exit.REFUSED
    assert account(data_dir, "password", "dr-7", passwords=(new, PASSWORD)).code == Exit.OK


def test_the_list_is_for_people_too(data_dir: Path) -> None:
    empty = call("--data-dir", data_dir, "account", "list").out
    assert empty == "there is no account yet; `needlelog account add` makes one\n"
    boss(data_dir)
    (line,) = call("--data-dir", data_dir, "account", "list").out.splitlines()
    assert line.split() == ["boss", "administrator", "Boss"]


def test_passwords_come_from_stdin_a_line_each(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss(data_dir)
    lines = f"{PASSWORD}\r\n{NEW}\r\n".encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    answer = call("--data-dir", data_dir, "account", "password", "boss", "--password-stdin")
    assert answer.code == Exit.OK, answer.err
    assert Accounts(data_dir).sign_in("boss", NEW)


def test_a_password_that_is_missing_is_named(data_dir: Path) -> None:
    boss(data_dir)
    answer = account(data_dir, "password", "boss", passwords=(PASSWORD,))
    assert answer.code == Exit.USAGE
    assert "the password of boss is missing. Write one password a line" in answer.err


def test_without_a_terminal_it_says_where_else_passwords_come_from(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss(data_dir)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    answer = call("--data-dir", data_dir, "account", "password", "boss")
    assert answer.code == Exit.USAGE
    assert "use --password-stdin or --password-file" in answer.err


def test_no_command_takes_a_password_as_an_argument(data_dir: Path) -> None:
    answer = call("--data-dir", data_dir, "account", "password", "boss", "--password", NEW)
    assert answer.code == Exit.USAGE


def _switch_factor_on(data_dir: Path) -> None:
    factor = keep_second_factor(data_dir, "boss", "A" * 32, 0, ())
    Accounts(data_dir).carry_out(SwitchSecondFactor(account="boss", factor=factor, by="boss"))


def test_a_second_factor_is_told_and_switched_off(data_dir: Path) -> None:
    boss(data_dir)
    _switch_factor_on(data_dir)
    assert "second factor" in call("--data-dir", data_dir, "account", "list").out
    assert account(data_dir, "factor", "boss").out == "boss: on\n"
    answer = account(data_dir, "factor", "boss", "--off", passwords=(PASSWORD,))
    assert answer.out.startswith("boss: account.changed"), answer.err
    assert account(data_dir, "factor", "boss", "--json").json()["second_factor"] is False


def test_the_keeper_of_the_machine_switches_a_second_factor_off_and_the_journal_tells(
    data_dir: Path,
) -> None:
    boss(data_dir)
    _switch_factor_on(data_dir)
    assert account(data_dir, "factor", "boss", "--off", "--recover").code == Exit.OK
    changed = told(data_dir)[-1]
    assert isinstance(changed, kinds.AccountChanged)
    assert (changed.what, changed.now, changed.by) == ("second_factor", "off", "")


def test_a_second_factor_is_not_switched_off_without_the_password(data_dir: Path) -> None:
    boss(data_dir)
    _switch_factor_on(data_dir)
    answer = account(data_dir, "factor", "boss", "--off", passwords=("wrong",))
    assert answer.code == Exit.REFUSED
    assert account(data_dir, "factor", "boss").out == "boss: on\n"


def test_an_administrator_unlocks_an_account(data_dir: Path) -> None:
    boss(data_dir)
    Accounts(data_dir).add("dr-7", by="boss")
    for _ in range(5):
        with pytest.raises(WrongPassword):
            Accounts(data_dir, now_ns=time.time_ns()).sign_in("dr-7", "wrong")
    answer = account(data_dir, "unlock", "dr-7", "--by", "boss", passwords=(PASSWORD,))
    assert answer.out.startswith("dr-7: account.changed"), answer.err
    assert Accounts(data_dir, now_ns=time.time_ns()).sign_in("dr-7").id == "dr-7"
