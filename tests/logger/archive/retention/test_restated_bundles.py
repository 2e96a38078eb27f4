"""A session told over again, in a bundle: it must be the one that was sealed since."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from logger.journal import kinds
from logger.session.restating import restating
from tests.support.archived import append_at
from tests.support.checked import both_say, bundled
from tests.support.retained import PEN, Clinic, split_off
from tests.support.stories import EPOCH_NS, Story


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """s-1 was told over again, because the session that was split off from it is erased."""
    clinic = Clinic(tmp_path / "data")
    clinic.session("s-1", "CODE-ONE")
    clinic.between()
    clinic.round(days=0)
    split_off(clinic, "CODE-NEXT")
    clinic.round(days=0)
    clinic.erase("CODE-NEXT")
    clinic.round(days=0)
    return clinic


def _restated_as(clinic: Clinic, change: Callable[[dict[str, Any]], None]) -> None:
    """Tell s-1 over again, changed, as the rules never would; and seal it."""
    told = restating(clinic.sessions()["s-1"], "00")
    document = json.loads(bytes(told.document))
    change(document)
    story = Story(encoded=True)
    raw = msgspec.Raw(msgspec.json.encode(document))
    story.append(msgspec.structs.replace(told, document=raw), stream=PEN)
    append_at(clinic.data_dir, story, EPOCH_NS)
    clinic.rebuild()
    clinic.round(days=0)


def _more_samples(document: dict[str, Any]) -> None:
    document["totals"]["samples_received"] += 1


def _more_paused(document: dict[str, Any]) -> None:
    document["samples_paused"] += 1


def test_both_accept_what_was_told_over_again(clinic: Clinic, tmp_path: Path) -> None:
    bundle = bundled(clinic.data_dir, "s-1", tmp_path)
    assert all("CONSISTENT" in words for words in both_say(bundle))


@pytest.mark.parametrize("change", [_more_samples, _more_paused])
def test_both_find_other_counts_than_its_samples_have(
    clinic: Clinic, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    _restated_as(clinic, change)
    for words in both_say(bundled(clinic.data_dir, "s-1", tmp_path)):
        assert "the session was told over again with other samples than it has" in words


def test_what_was_amended_since_is_no_longer_compared(clinic: Clinic, tmp_path: Path) -> None:
    clinic.session("s-2", "CODE-TWO")
    clinic.tell(
        kinds.SessionMerged(session="s-1", merged="s-2", reason="one treatment", nonce="00")
    )
    clinic.round(days=0)
    bundle = bundled(clinic.data_dir, "s-1", tmp_path)
    assert all("CONSISTENT" in words for words in both_say(bundle))
