"""A bundle reaches heads of other sizes of tree than the first that covers it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logger.archive.bundle import form
from logger.archive.keys import load
from logger.journal import kinds
from tests.support.bundled import contents_of, make_bundle, record, remake, seal_others
from tests.support.checked import both_say, bundled
from tests.support.command_line import call
from tests.support.retained import Clinic
from tests.support.signed import sign_head


def _kept(data_dir: Path, path: Path) -> str:
    assert call("--data-dir", data_dir, "head", "--out", path).code == 0
    return str(path)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session's bundle, and heads: its own, one over one more seal, over all, and the last."""
    place = tmp_path_factory.mktemp("later")
    data_dir = place / "data"
    data_dir.mkdir()
    record(data_dir)
    _kept(data_dir, place / "first.json")
    seal_others(data_dir, "a")
    _kept(data_dir, place / "between.json")
    seal_others(data_dir, "b", "c", "d", "e")
    _kept(data_dir, place / "newest.json")
    sign_head(data_dir)
    make_bundle(data_dir, place / "bundle.zip")
    _kept(data_dir, place / "hour.json")
    return place


def _forged(place: Path, change: Callable[[dict[str, bytes]], None], path: Path) -> Path:
    """Return the bundle with something changed, and its list signed again by the very key."""
    contents = contents_of(place / "bundle.zip")
    change(contents)
    fingerprint = json.loads(contents[form.HEAD])["key"]
    return remake(contents, path, load(place / "data", fingerprint))


def test_the_newest_head_is_in_it_and_is_proven(place: Path) -> None:
    contents = contents_of(place / "bundle.zip")
    assert contents[form.LATER_HEAD] == (place / "hour.json").read_bytes()
    assert json.loads(contents[form.TOLD])["consistency"]
    assert all("CONSISTENT" in words for words in both_say(place / "bundle.zip"))


@pytest.mark.parametrize("name", ["first", "newest", "hour"])
def test_a_head_kept_at_either_size_proves_it(place: Path, name: str) -> None:
    said = both_say(place / "bundle.zip", head=str(place / f"{name}.json"))
    assert all("GOOD: proven by the head" in words for words in said)


def test_a_head_of_a_size_between_is_told_to_be_out_of_reach(place: Path) -> None:
    said = both_say(place / "bundle.zip", head=str(place / "between.json"))
    assert all("does not reach" in " ".join(words.split()) for words in said)


def test_the_later_heads_hash_alone_proves_nothing(place: Path) -> None:
    later = json.loads((place / "hour.json").read_bytes())["chain_hash"]
    assert all("as a file" in words for words in both_say(place / "bundle.zip", head=later))


@pytest.mark.parametrize("what", ["tree_root", "chain_hash"])
def test_a_kept_head_that_says_otherwise_is_told(place: Path, tmp_path: Path, what: str) -> None:
    told = json.loads((place / "hour.json").read_bytes())
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({**told, what: "ab" * 32}))
    assert all("BAD" in words for words in both_say(place / "bundle.zip", head=str(kept)))


def _without_proof(contents: dict[str, bytes]) -> None:
    told: dict[str, Any] = json.loads(contents[form.TOLD])
    contents[form.TOLD] = json.dumps({**told, "consistency": []}).encode()


def _with_another_proof(contents: dict[str, bytes]) -> None:
    told: dict[str, Any] = json.loads(contents[form.TOLD])
    first, *rest = told["consistency"]
    contents[form.TOLD] = json.dumps({**told, "consistency": [*rest, first]}).encode()


def _without_head(contents: dict[str, bytes]) -> None:
    del contents[form.LATER_HEAD], contents[form.LATER_HEAD_SIGNATURE]


def _with_an_earlier_head(contents: dict[str, bytes]) -> None:
    contents[form.LATER_HEAD] = contents[form.HEAD]
    contents[form.LATER_HEAD_SIGNATURE] = contents[form.HEAD_SIGNATURE]


def _with_another_signature(contents: dict[str, bytes]) -> None:
    contents[form.LATER_HEAD_SIGNATURE] = contents[form.HEAD_SIGNATURE]


@pytest.mark.parametrize(
    "change",
    [
        _without_proof,
        _with_another_proof,
        _without_head,
        _with_an_earlier_head,
        _with_another_signature,
    ],
)
def test_a_later_head_that_does_not_follow_is_told(
    place: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    forged = _forged(place, change, tmp_path / "forged.zip")
    assert all("BAD" in words for words in both_say(forged))


def test_a_round_killed_between_a_seal_and_its_head_is_made_up_for(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path / "data")
    clinic.session("s-1", "C-1")
    clinic.round(days=0)
    clinic.tell(kinds.SessionNote(session="s-1", text="late", nonce="00"))
    clinic.stop_after(1)
    assert clinic.round(days=0).sealed == []
    bundle = bundled(clinic.data_dir, "s-1", tmp_path)
    assert all("2 manifests" in words for words in both_say(bundle))
