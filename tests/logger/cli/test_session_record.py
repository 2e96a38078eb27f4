"""``needlelog session`` amend, clinical, review, sign, assign, split, merge: with no recorder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from logger.cli.exits import Exit
from logger.journal.verify import verify
from tests.support.accounts import PASSWORD, Accounts
from tests.support.command_line import Answer, call
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, SESSION, Story, sample_block


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A clinic with three accounts, a session at positions 4 to 6 and unassigned work at 3."""
    story = Story()
    story.identified()
    story.samples(sample_block(500))
    story.started(needles=10)
    story.samples(sample_block(500, first=1000))
    story.stopped()
    Recorded(tmp_path).tell(story)
    accounts = Accounts(tmp_path)
    accounts.add("boss", "administrator")
    accounts.add("dr-7", "practitioner", by="boss")
    accounts.add("dr-8", "practitioner", by="boss")
    accounts.add("audit", "auditor", by="boss")
    return tmp_path


def session(data_dir: Path, *arguments: str, account: str = "", password: str = PASSWORD) -> Answer:
    """Call ``needlelog session``, signing in with ``password`` where an account is named."""
    if not account:
        return call("--data-dir", data_dir, "session", *arguments)
    file = data_dir / "password"
    file.write_text(password + "\n", encoding="utf-8")
    named = ("--account", account, "--password-file", str(file))
    return call("--data-dir", data_dir, "session", *arguments, *named)


def shown(data_dir: Path, name: str = SESSION) -> dict[str, Any]:
    found: dict[str, Any] = session(data_dir, "show", name, "--json").json()
    return found


def test_an_amended_value_and_the_former_one_are_shown(data_dir: Path) -> None:
    arguments = ("amend", SESSION, "client", "C-18", "--reason", "typing error")
    answer = session(data_dir, *arguments, account="dr-7")
    assert (answer.code, answer.out) == (Exit.OK, f"{SESSION}: session.amended (position 11)\n")
    text = session(data_dir, "show", SESSION).out
    assert "client C-18" in text
    assert "AMENDED client: C-17 -> C-18" in text
    assert "by dr-7: typing error" in text
    assert verify(data_dir).good


def test_a_cartridge_is_amended_by_its_scan_text(data_dir: Path) -> None:
    arguments = ("amend", SESSION, "cartridge", "(10)L4471(21)0007", "--reason", "scanned later")
    assert session(data_dir, *arguments, account="dr-7").code == Exit.OK
    assert shown(data_dir)["cartridge"]["lot"] == "L4471"


def test_a_cartridge_is_amended_by_words(data_dir: Path) -> None:
    words = ("lot=A1", "expires=2027-12-31", "needles=12", "serial=0007", "gtin=00850000000018")
    arguments = ("amend", SESSION, "cartridge", *words, "--reason", "read off the box")
    assert session(data_dir, *arguments, account="dr-7").code == Exit.OK
    assert shown(data_dir)["cartridge"] == {
        "udi": "(01)00850000000018(21)0007",
        "lot": "A1",
        "expiry": "2027-12-31",
        "needle_count": 12,
        "gtin": "00850000000018",
        "serial": "0007",
    }


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("lots=A1",), "'lots=A1' says nothing of a cartridge"),
        (("A1",), "'A1' says nothing of a cartridge"),
        (("needles=many",), "'many' is no number of needles"),
        (("needles=0",), "a cartridge of 0 needles cannot be"),
        (("expires=soon",), "'soon' is no date of expiry"),
        (("lot=A1", "lot=A2"), "lot= is given twice"),
        (("(10)L4471", "lot=A1"), "the lot is typed as A1, and the scan text says L4471"),
        (("gtin=12", "serial=7"), "this is no GS1 scan text"),
    ],
)
def test_what_is_no_cartridge_is_refused_with_its_reason(
    data_dir: Path, words: tuple[str, ...], problem: str
) -> None:
    arguments = ("amend", SESSION, "cartridge", *words, "--reason", "x")
    answer = session(data_dir, *arguments, account="dr-7")
    assert answer.code == Exit.REFUSED
    assert problem in answer.err


def test_other_values_are_one_word(data_dir: Path) -> None:
    arguments = ("amend", SESSION, "client", "C-18", "C-19", "--reason", "x")
    answer = session(data_dir, *arguments, account="dr-7")
    assert answer.code == Exit.USAGE
    assert "client takes one VALUE" in answer.err


def test_a_wrong_password_amends_nothing(data_dir: Path) -> None:
    arguments = ("amend", SESSION, "client", "C-18", "--reason", "x")
    answer = session(data_dir, *arguments, account="dr-7", password="wrong wrong")
    assert answer.code == Exit.REFUSED
    assert "account or password is wrong" in answer.err
    assert shown(data_dir)["client"] == "C-17"


def test_a_session_is_reviewed_signed_and_countersigned(data_dir: Path) -> None:
    review = session(data_dir, "review", SESSION, account="boss")
    assert review.code == Exit.OK, review.err
    assert "session.reviewed" in review.out
    assert f"session {SESSION}" in review.err  # what is reviewed is shown
    for account in ("dr-7", "dr-8"):
        answer = session(data_dir, "sign", SESSION, "--meaning", "approval", account=account)
        assert answer.code == Exit.OK, answer.err
    record = shown(data_dir)["record"]
    assert record["review_state"] == "countersigned"
    assert [(one["account"], one["valid"]) for one in record["signatures"]] == [
        ("dr-7", True),
        ("dr-8", True),
    ]


def test_a_state_seen_before_can_be_signed_by_its_hash(data_dir: Path) -> None:
    state = shown(data_dir)["state_hash"]
    session(data_dir, "note", "meanwhile", "--session", SESSION)
    answer = session(data_dir, "review", SESSION, "--state", state, account="dr-7")
    assert answer.code == Exit.REFUSED
    assert "not as it was shown" in answer.err


def test_an_auditor_may_not_sign(data_dir: Path) -> None:
    session(data_dir, "review", SESSION, account="boss")
    answer = session(data_dir, "sign", SESSION, "--meaning", "approval", account="audit")
    assert answer.code == Exit.REFUSED
    assert "account audit is auditor, and may not sign" in answer.err


def test_the_clinical_form_is_filled_in_without_an_account(data_dir: Path) -> None:
    answer = session(
        data_dir,
        *("clinical", SESSION, "--fitzpatrick", "III", "--consent", "--no-retinoids"),
        *("--treated", "left:anterior-thigh:50:2", "--adverse", "erythema:2:mild"),
        *("--endpoint", "erythema", "--next-session", "2026-12-20"),
        *("--anaesthetic-product", "lidocaine", "--anaesthetic-minutes", "30"),
    )
    assert answer.code == Exit.OK, answer.err
    found = shown(data_dir)
    form = found["record"]["clinical"]
    assert form["checklist"] == {"consent": True, "retinoids": False}
    assert form["topical_anaesthetic"] == {
        "applied": True,
        "product": "lidocaine",
        "minutes": 30,
    }
    assert form["adverse_events"] == [{"what": "erythema", "erythema_grade": 2, "note": "mild"}]
    assert found["nominal_densities"][0]["nominal_per_cm2"] == pytest.approx(100.0)


def test_what_was_entered_before_is_changed_by_an_account_with_a_reason(data_dir: Path) -> None:
    session(data_dir, "clinical", SESSION, "--endpoint", "erythema")
    change = ("clinical", SESSION, "--endpoint", "none")
    assert session(data_dir, *change).code == Exit.REFUSED
    answer = session(data_dir, *change, "--reason", "looked again", account="dr-7")
    assert answer.code == Exit.OK, answer.err
    assert "AMENDED clinical.endpoint: erythema -> none" in session(data_dir, "show", SESSION).out


@pytest.mark.parametrize(
    "wrong",
    [
        ("--treated", "left"),
        ("--treated", "left:shin:much"),
        ("--adverse", "itch:bad"),
        ("--fitzpatrick", "VII"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(data_dir: Path, wrong: tuple[str, str]) -> None:
    answer = session(data_dir, "clinical", SESSION, *wrong)
    assert answer.code == Exit.USAGE
    assert wrong[1].split(":")[-1] in answer.err


def test_unassigned_work_is_listed_and_can_be_assigned(data_dir: Path) -> None:
    day = ("--day", _local_day())
    (work,) = session(data_dir, "unassigned", *day, "--json").json()["unassigned"]
    assert (work["from_position"], work["to_position"], work["samples"]) == (3, 3, 500)
    assert work["motor_on_s"] == pytest.approx(5.0, abs=0.02)
    answer = session(
        data_dir,
        *("assign", SESSION, "--from", "3", "--to", "3", "--side", "right", "--zone", "shin"),
        *("--reason", "forgot to start"),
        account="dr-7",
    )
    assert answer.code == Exit.OK, answer.err
    found = shown(data_dir)
    assert [one["zone"] for one in found["segments"]] == ["anterior-lower-leg", "anterior-thigh"]
    assert found["totals"]["samples_received"] == 1000
    nothing = session(data_dir, "unassigned", *day).out
    assert nothing == "nothing was recorded with the motor on outside sessions\n"


def test_assigned_samples_are_exported_with_their_session(data_dir: Path) -> None:
    assign = ("assign", SESSION, "--from", "3", "--to", "3", "--side", "right", "--zone", "shin")
    session(data_dir, *assign, "--reason", "forgot", account="dr-7")
    lines = session(data_dir, "export", SESSION, "--format", "csv").out.splitlines()
    assert len(lines) == 1 + 1000


def test_a_split_off_session_is_listed_and_merged_again(data_dir: Path) -> None:
    story = Story()
    story.started("20261122-long")
    for first in (2000, 2500):
        story.samples(sample_block(500, first=first))
    story.stopped("20261122-long")
    entries = Recorded(data_dir).tell(story)
    split = ("split", "20261122-long", "--at", str(entries[2].position), "--client", "C-99")
    answer = session(data_dir, *split, "--reason", "two clients", account="dr-7")
    assert answer.code == Exit.OK, answer.err
    rows = session(data_dir, "list", "--json").json()["sessions"]
    assert {row["client"] for row in rows} == {"C-17", "C-99"}
    (late,) = [row["id"] for row in rows if row["client"] == "C-99"]
    assert answer.out.startswith(f"20261122-long: session.split into {late} ")
    merge = ("merge", "20261122-long", late, "--reason", "one after all")
    refused = session(data_dir, *merge, account="dr-7")
    assert "differ in their client" in refused.err
    amend = ("amend", late, "client", "C-17", "--reason", "one after all")
    session(data_dir, *amend, account="dr-7")
    assert session(data_dir, *merge, account="dr-7").code == Exit.OK
    assert shown(data_dir, "20261122-long")["totals"]["samples_received"] == 1000
    assert shown(data_dir, late)["record"]["merged_into"] == "20261122-long"


def test_a_series_lists_the_sessions_of_a_client(data_dir: Path) -> None:
    (item,) = session(data_dir, "series", "C-17", "--json").json()["series"]
    assert (item["session"], item["interval_days"]) == (SESSION, None)
    assert session(data_dir, "series", "C-0").out == "no session of client C-0 was recorded\n"


def _local_day() -> str:
    """Return the day of the story as the machine's own time zone has it."""
    return datetime.fromtimestamp(EPOCH_NS / 1e9, UTC).astimezone().strftime("%Y-%m-%d")
