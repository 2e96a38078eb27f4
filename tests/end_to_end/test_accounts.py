"""``needlelog account`` with a recorder running: it alone appends, and sees no password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from logger.accounts import authenticate
from logger.command_socket import send_order
from logger.errors import CommandRefused
from tests.support.command_line import Answer, call
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text

PASSWORD = "blue kettle on ice"


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[RecorderProcess]:
    """A recorder without a pen."""
    with RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "none")])) as recorder:
        yield recorder


def account(recorder: RecorderProcess, *arguments: str) -> Answer:
    file = recorder.settings_file.with_name("passwords")
    file.write_text(f"{PASSWORD}\n{PASSWORD}\n", encoding="utf-8")
    settings = ("--config", recorder.settings_file)
    return call(*settings, "account", *arguments, "--password-file", file)


def test_accounts_are_added_beside_the_recorder_and_outlast_it(recorder: RecorderProcess) -> None:
    first = ("add", "boss", "--name", "Bo", "--role", "administrator")
    second = ("add", "dr-7", "--name", "Ann", "--role", "practitioner", "--by", "boss")
    for arguments in (first, second):
        answer = account(recorder, *arguments)
        assert answer.code == 0, answer.err
    recorder.kill()
    assert authenticate(recorder.data_dir, "dr-7", PASSWORD).role == "practitioner"
    assert [told.by for told in recorder.payloads("account.added")] == ["", "boss"]


def test_the_recorder_judges_again_what_the_caller_claims(recorder: RecorderProcess) -> None:
    account(recorder, "add", "boss", "--name", "Bo", "--role", "administrator")
    order = {"type": "close", "account": "boss", "by": "boss"}
    with pytest.raises(CommandRefused, match="is the last administrator"):
        send_order(recorder.data_dir, "account", order)
    order = {"type": "add", "account": "dr-7", "name": "x", "role": "auditor", "credential": "c"}
    with pytest.raises(CommandRefused, match="an administrator must sign in"):
        send_order(recorder.data_dir, "account", order)


def test_an_order_that_is_none_is_refused(recorder: RecorderProcess) -> None:
    with pytest.raises(CommandRefused, match="order account: Invalid value"):
        send_order(recorder.data_dir, "account", {"type": "promote", "account": "boss"})
