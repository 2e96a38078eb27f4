"""``needlelog client erase`` and ``needlelog hold``, with no recorder running."""

from pathlib import Path

import pytest

from logger.cli.exits import Exit
from tests.support.accounts import PASSWORD, Accounts
from tests.support.command_line import Answer, call
from tests.support.retained import Clinic

WHY = ("--reason", "asked for by letter")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path / "data")
    clinic.session("s-1", "CODE-ONE")
    clinic.session("s-2", "CODE-TWO")
    clinic.between()
    accounts = Accounts(clinic.data_dir)
    accounts.add("boss", "administrator")
    accounts.add("dr-7", "practitioner", by="boss")
    return clinic


def _call(clinic: Clinic, *arguments: str, by: str = "boss", password: str = PASSWORD) -> Answer:
    file = clinic.data_dir.with_name("password")
    file.write_text(password + "\n", encoding="utf-8")
    named = ("--by", by, "--password-file", str(file))
    return call("--data-dir", clinic.data_dir, *arguments, *named)


def test_a_client_is_erased_in_one_call(clinic: Clinic) -> None:
    answer = _call(clinic, "client", "erase", "CODE-ONE", *WHY)
    assert answer.code == Exit.OK, answer.err
    assert answer.out.startswith("client.erased (position ")
    assert set(clinic.sessions()) == {"s-2"}
    assert clinic.holds_text("CODE-ONE") == []


def test_the_journal_verifies_after_it(clinic: Clinic) -> None:
    _call(clinic, "client", "erase", "CODE-ONE", *WHY)
    assert call("--data-dir", clinic.data_dir, "verify").code == Exit.OK


def test_without_the_password_nothing_is_erased(clinic: Clinic) -> None:
    answer = _call(clinic, "client", "erase", "CODE-ONE", *WHY, password="wrong one")
    assert (answer.code, "account or password is wrong" in answer.err) == (Exit.REFUSED, True)
    assert set(clinic.sessions()) == {"s-1", "s-2"}


def test_a_practitioner_may_not_erase(clinic: Clinic) -> None:
    answer = _call(clinic, "client", "erase", "CODE-ONE", *WHY, by="dr-7")
    assert answer.code == Exit.REFUSED
    assert "dr-7 is practitioner, and may not erase a client" in answer.err


def test_a_hold_is_set_listed_and_lifted(clinic: Clinic) -> None:
    assert _call(clinic, "hold", "set", "--client", "CODE-ONE", "--reason", "claim").code == Exit.OK
    listed = call("--data-dir", clinic.data_dir, "hold", "list", "--json").json()["holds"]
    ((hold,),) = ([one["id"] for one in listed],)
    assert (listed[0]["client"], listed[0]["reason"]) == ("CODE-ONE", "claim")
    refused = _call(clinic, "client", "erase", "CODE-ONE", *WHY)
    assert refused.code == Exit.REFUSED
    assert f"session s-1 is held ({hold}, by boss): claim" in refused.err
    assert _call(clinic, "hold", "lift", hold, "--reason", "settled").code == Exit.OK
    assert call("--data-dir", clinic.data_dir, "hold", "list").out == "nothing is held\n"


def test_a_hold_names_one_thing(clinic: Clinic) -> None:
    both = ("--session", "s-1", "--client", "CODE-ONE")
    answer = _call(clinic, "hold", "set", *both, "--reason", "claim")
    assert "a hold is on a session or on a client" in answer.err
    unknown = _call(clinic, "hold", "set", "--session", "s-77", "--reason", "claim")
    assert "there is no session s-77" in unknown.err
