"""A legal hold that was passed over, and a session told over again otherwise, are found."""

from pathlib import Path

import msgspec
import pytest

from logger.journal import kinds
from logger.session.restating import restated, restating
from tests.support.archived import append_at
from tests.support.checked import found_wrong, verified
from tests.support.retained import PEN, Clinic, split_off
from tests.support.stories import EPOCH_NS, Story

HOLD = kinds.HoldSet(hold="h1", session="s-1", reason="claim", account="boss", nonce="00")
LIFTED = kinds.HoldLifted(hold="h1", reason="over", account="boss", nonce="00")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path)
    clinic.session("s-1", "CODE-ONE")
    clinic.between()
    return clinic


def _tell(clinic: Clinic, *payloads: kinds.Payload) -> None:
    """Append in one commit what the rules would refuse."""
    story = Story(encoded=True)
    for one in payloads:
        story.append(one, stream=PEN)
    append_at(clinic.data_dir, story, EPOCH_NS)


def _erased(clinic: Clinic) -> kinds.ClientErased:
    """Return an erasure of s-1, holds included, ordered by nobody."""
    told = [one.position for one in clinic.entries() if one.kind.startswith(("session.", "hold."))]
    return kinds.ClientErased(
        erasure="e1", sessions=("s-1",), stretches=(), statements=tuple(told), account="boss",
        reason="because",
    )  # fmt: skip


def test_an_erasure_while_a_hold_stood_is_told(clinic: Clinic) -> None:
    _tell(clinic, HOLD)
    _tell(clinic, _erased(clinic))
    assert "hold h1 stood then" in found_wrong(clinic.data_dir)


def test_it_is_told_once_the_hold_itself_is_erased(clinic: Clinic) -> None:
    _tell(clinic, HOLD)
    _tell(clinic, _erased(clinic))
    clinic.round()
    assert "1 of the holds that it erased stood then" in found_wrong(clinic.data_dir)


def test_an_erasure_after_the_hold_was_lifted_is_good(clinic: Clinic) -> None:
    clinic.lift(clinic.hold(client="CODE-ONE"))
    clinic.lift(clinic.hold(session="s-1"))
    clinic.erase("CODE-ONE")
    verified(clinic.data_dir)
    clinic.round()
    verified(clinic.data_dir)


def test_a_hold_on_somebody_else_hinders_nothing(clinic: Clinic) -> None:
    clinic.session("s-2", "CODE-TWO")
    clinic.hold(client="CODE-TWO")
    clinic.erase("CODE-ONE")
    clinic.round()
    verified(clinic.data_dir)


def test_a_restatement_agrees_with_its_samples_wherever_they_lie(clinic: Clinic) -> None:
    clinic.round(days=0)
    split_off(clinic, "CODE-NEXT")
    clinic.round()
    clinic.erase("CODE-NEXT")
    clinic.round()
    verified(clinic.data_dir)


def test_a_restatement_of_other_sums_is_told(clinic: Clinic) -> None:
    clinic.session("s-2", "CODE-TWO")
    session = clinic.sessions()["s-2"]
    paused = msgspec.structs.replace(session, samples_paused=1)
    _tell(clinic, _erased(clinic), restating(paused, "00"))
    assert "its samples sum up to something else" in found_wrong(clinic.data_dir)


def test_a_restatement_without_an_erasure_is_told(clinic: Clinic) -> None:
    _tell(clinic, restating(clinic.sessions()["s-1"], "00"))
    assert "it follows no erasure" in found_wrong(clinic.data_dir)


def test_a_restatement_of_another_session_is_told(clinic: Clinic) -> None:
    clinic.session("s-2", "CODE-TWO")
    other = msgspec.structs.replace(restating(clinic.sessions()["s-2"], "00"), session="s-7")
    assert restated(other).id == "s-2"
    _tell(clinic, _erased(clinic), other)
    assert "it tells of session s-2, stopped" in found_wrong(clinic.data_dir)
