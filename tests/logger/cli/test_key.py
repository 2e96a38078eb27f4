"""``needlelog key`` and ``needlelog head`` while no recorder runs."""

from pathlib import Path
from typing import Any

import apsw
import pytest

from logger.archive.ssh_signature import HEAD_NAMESPACE
from logger.cli.exits import Exit
from logger.journal.reader import JournalReader
from tests.support import ssh_keygen
from tests.support.command_line import Answer, assert_one_line, call
from tests.support.signed import journal_with_seals


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    journal_with_seals(tmp_path / "data", 2)
    return tmp_path / "data"


def needlelog(data_dir: Path, *arguments: str | Path) -> Answer:
    return call("--data-dir", data_dir, *arguments)


def signed(data_dir: Path) -> Any:
    return needlelog(data_dir, "head", "--sign", "--json").json()


def shown_keys(data_dir: Path) -> Any:
    return needlelog(data_dir, "key", "show", "--json").json()["keys"]


def test_before_the_first_start_there_is_no_key_and_no_head(data_dir: Path) -> None:
    assert "no key has signed yet" in needlelog(data_dir, "key", "show").out
    assert "no head is signed yet" in needlelog(data_dir, "head").out
    assert needlelog(data_dir, "head", "--json").json() is None
    assert not (data_dir / "keys").exists()


def test_a_head_is_shown_with_what_it_covers(data_dir: Path) -> None:
    head = signed(data_dir)
    lines = needlelog(data_dir, "head").out.splitlines()
    assert lines[1] == f"head: position {head['position']}, {head['chain_hash']}"
    assert lines[2] == f"seals: 2, root {head['tree_root']}"
    assert lines[3].endswith(f"by {head['key']}")
    assert lines[4:] == [
        "good: the journal still holds what was signed",
        "1 entries after it are not covered yet",
    ]


def test_a_head_written_to_a_file_is_verified_by_plain_openssh(
    data_dir: Path, tmp_path: Path
) -> None:
    needlelog(data_dir, "head", "--sign", "--out", tmp_path / "head.json")
    (line,) = needlelog(data_dir, "key", "show", "--allowed-signers").out.splitlines()
    data = (tmp_path / "head.json").read_bytes()
    signature = (tmp_path / "head.json.sig").read_text()
    public_line = line.removeprefix("needlelog ")
    said = ssh_keygen.verify(tmp_path, public_line, HEAD_NAMESPACE, data, signature)
    assert said.returncode == 0, said.stderr


def test_a_file_that_cannot_be_written_is_told(data_dir: Path, tmp_path: Path) -> None:
    signed(data_dir)
    place = tmp_path / "none" / "head.json"
    answer = needlelog(data_dir, "head", "--out", place)
    assert_one_line(answer, Exit.USAGE, str(place), "Name another file")


def test_a_journal_written_anew_is_found_out_by_its_head(data_dir: Path) -> None:
    head = signed(data_dir)
    assert head["good"]
    connection = apsw.Connection(str(data_dir / "journal.db"))
    connection.execute(
        f"UPDATE entry SET chain_hash = randomblob(32) WHERE position = {head['position']}"
    )
    connection.close()
    answer = needlelog(data_dir, "head")
    assert answer.code == Exit.FOUND_WRONG
    assert f"BAD: the entry {head['position']} is not the one that was signed" in answer.out


def test_a_head_of_a_file_that_was_set_aside_covers_nothing_of_the_next(data_dir: Path) -> None:
    before = signed(data_dir)
    with (data_dir / "journal.db").open("r+b") as file:
        file.write(b"no header")
    journal_with_seals(data_dir, 1)
    assert "no head is signed yet" in needlelog(data_dir, "head").out
    assert needlelog(data_dir, "recover").code == Exit.OK
    shown = needlelog(data_dir, "head").out.splitlines()
    assert shown[0] == f"journal {before['journal']}"
    assert shown[-1].startswith("good, but of an earlier file")
    after = signed(data_dir)
    assert (after["key"], after["good"], after["tree_size"]) == (before["key"], True, 1)


def test_every_key_is_shown_with_what_became_of_it(data_dir: Path) -> None:
    first = signed(data_dir)["key"]
    second = needlelog(data_dir, "key", "rotate", "--reason", "yearly", "--json").json()
    third = needlelog(data_dir, "key", "revoke", second["fingerprint"], "--reason", "stolen")
    assert third.code == Exit.OK
    one, two, three = shown_keys(data_dir)
    assert [one["cause"], two["cause"], three["cause"]] == ["rotated", "revoked", ""]
    assert (two["vouched"], two["reason"]) == (f"vouched for by {first}", "stolen")
    assert three["vouched"].startswith("no key before it vouches for")
    assert [key["signs"] for key in (one, two, three)] == [False, False, True]
    assert signed(data_dir)["key"] == three["fingerprint"]


def test_a_former_key_can_be_revoked_later_and_keeps_its_successor(data_dir: Path) -> None:
    first = signed(data_dir)["key"]
    needlelog(data_dir, "key", "rotate", "--reason", "yearly")
    answer = needlelog(data_dir, "key", "revoke", first, "--reason", "a copy was sold")
    assert answer.out == f"{first} is revoked\n"
    one, two = shown_keys(data_dir)
    assert (one["cause"], one["successor"]) == ("revoked", two["fingerprint"])
    again = needlelog(data_dir, "key", "revoke", first, "--reason", "again")
    assert_one_line(again, Exit.REFUSED, f"key {first} is revoked already", "")


def test_a_lost_key_is_told_with_its_mend_and_the_mend_works(data_dir: Path) -> None:
    signed(data_dir)
    for path in (data_dir / "keys").iterdir():
        path.unlink()
    shown = needlelog(data_dir, "key", "show")
    assert shown.code == Exit.FOUND_WRONG
    assert "TROUBLE: " in shown.out
    assert_one_line(
        needlelog(data_dir, "head", "--sign"),
        Exit.USAGE,
        str(data_dir / "keys"),
        "needlelog key rotate --reason WHY",
    )
    assert needlelog(data_dir, "key", "rotate", "--reason", "lost").code == Exit.OK
    assert signed(data_dir)["good"]
    assert needlelog(data_dir, "key", "show").code == Exit.OK


def test_a_rotation_without_a_reason_is_refused(data_dir: Path) -> None:
    signed(data_dir)
    answer = needlelog(data_dir, "key", "rotate", "--reason", " ")
    assert_one_line(answer, Exit.REFUSED, "no reason is given", "Say why with --reason")
    assert len(shown_keys(data_dir)) == 1


def test_the_entries_name_whoever_gave_the_order(data_dir: Path) -> None:
    signed(data_dir)
    with JournalReader(data_dir) as reader:
        told = list(reader.entries(kinds=["key.made", "head.signed"]))
    assert [entry.kind for entry in told] == ["key.made", "head.signed"]
    assert all(entry.actor.startswith("uid:") for entry in told)


@pytest.mark.parametrize("command", [("key", "show"), ("head",), ("head", "--sign")])
def test_without_a_journal_it_says_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    answer = needlelog(tmp_path / "none", *command)
    assert answer.code == Exit.USAGE
    assert "Traceback" not in answer.err
