"""``needlelog account token``: with no recorder running."""

import time
from pathlib import Path

import pytest

from logger.accounts.bearing import bearer_of
from logger.cli.exits import Exit
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.accounts import PASSWORD, Accounts
from tests.support.command_line import Answer, call


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    Journal.open(tmp_path, HostClock()).close()
    accounts = Accounts(tmp_path)
    accounts.add("boss", "administrator")
    accounts.add("dr-7", "practitioner", by="boss")
    return tmp_path


def token(data_dir: Path, *arguments: str) -> Answer:
    """Call with a file that holds the one password that may be asked for."""
    file = data_dir / "passwords"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    passwords = () if arguments[0] == "list" else ("--password-file", str(file))
    return call("--data-dir", data_dir, "account", "token", *arguments, *passwords)


def test_a_token_is_printed_alone_and_opens_what_was_asked_for(data_dir: Path) -> None:
    answer = token(data_dir, "add", "dr-7", "--name", "statistics", "--role", "auditor")
    assert answer.code == Exit.OK
    assert "shown this once" in answer.err
    bearer = bearer_of(data_dir, answer.out.strip(), time.time_ns())
    assert bearer is not None
    assert (bearer.account.id, bearer.role) == ("dr-7", "auditor")


def test_tokens_are_listed_without_their_secret_and_end_by_their_id(data_dir: Path) -> None:
    made = token(data_dir, "add", "dr-7", "--name", "statistics", "--by", "boss", "--json").json()
    assert made["done"] == "account.token_made"
    listed = token(data_dir, "list", "--json")
    assert made["token"] not in listed.out
    (one,) = listed.json()["tokens"]
    assert (one["id"], one["name"], one["state"]) == (made["id"], "statistics", "valid")
    assert token(data_dir, "revoke", made["id"]).out.startswith(made["id"])
    assert "REVOKED" in token(data_dir, "list").out
    assert bearer_of(data_dir, made["token"], time.time_ns()) is None


def test_a_role_above_the_accounts_own_is_refused(data_dir: Path) -> None:
    answer = token(data_dir, "add", "dr-7", "--name", "x", "--role", "administrator")
    assert answer.code != Exit.OK
    assert "its tokens may not be administrator" in answer.err


def test_a_token_that_never_was_is_named(data_dir: Path) -> None:
    answer = token(data_dir, "revoke", "ab12")
    assert "there is no token ab12" in answer.err
