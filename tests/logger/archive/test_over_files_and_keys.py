"""Bundles and `verify` of a record that spans journal files that were set aside, and keys."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from logger.archive.bundle import form
from logger.archive.keys import load
from logger.archive.keys import make as make_key
from logger.archive.manifest import NAMESPACE
from logger.archive.places import signature_name
from logger.archive.signing import head_now
from logger.cli.exits import Exit
from logger.journal import kinds
from logger.journal.damage import tell_damage
from logger.journal.reader import JournalReader
from logger.journal.recovering import recover_all
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.bundled import contents_of, make_bundle, remake
from tests.support.checked import both_say, bundled, found_wrong, verified
from tests.support.command_line import call
from tests.support.retained import Clinic
from tests.support.signed import draft, rotate, sign_head

NOW_NS = 1_780_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A clinic, and what was noted elsewhere before its first journal file was damaged."""

    clinic: Clinic
    place: Path
    fingerprint: str
    head: str

    @property
    def data_dir(self) -> Path:
        return self.clinic.data_dir


def _key(data_dir: Path) -> str:
    """Return the fingerprint of the key that signs now."""
    keys = call("--data-dir", data_dir, "key", "show", "--json").json()["keys"]
    return str(keys[-1]["fingerprint"])


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Two sessions sealed in a file that was set aside and recovered, another one after it."""
    clinic, head = Clinic(tmp_path / "data"), tmp_path / "head.json"
    clinic.session("s-1", "CODE-ONE")
    clinic.session("s-2", "CODE-TWO")
    clinic.round(days=0)
    assert call("--data-dir", clinic.data_dir, "head", "--out", head).code == Exit.OK
    fingerprint = _key(clinic.data_dir)
    tell_damage(clinic.data_dir, "as the test wishes")
    Journal.open(clinic.data_dir, HostClock()).close()
    recover_all(clinic.data_dir)
    clinic.session("s-3", "CODE-THREE")
    clinic.round(days=0)
    return Kept(clinic, tmp_path, fingerprint, str(head))


def test_a_session_sealed_in_an_earlier_file_is_proven_by_a_head_of_it(kept: Kept) -> None:
    bundle = bundled(kept.data_dir, "s-1", kept.place)
    for words in both_say(bundle, kept.head, kept.fingerprint):
        assert "GOOD: proven by the key's fingerprint and the head" in words


def test_a_head_of_a_later_file_is_named_as_out_of_reach(kept: Kept) -> None:
    bundle, head = bundled(kept.data_dir, "s-1", kept.place), kept.place / "later.json"
    assert call("--data-dir", kept.data_dir, "head", "--out", head).code == Exit.OK
    journal = json.loads(head.read_bytes())["journal"]
    for words in both_say(bundle, str(head)):
        assert f"of journal {journal}, where this bundle does not reach" in words


def test_revisions_in_two_files_make_one_bundle(kept: Kept) -> None:
    kept.clinic.tell(kinds.SessionNote(session="s-1", text="late", nonce="00"))
    kept.clinic.round(days=0)
    bundle = bundled(kept.data_dir, "s-1", kept.place)
    seals = json.loads(contents_of(bundle)[form.TOLD])["seals"]
    assert [one["index"] is None for one in seals] == [True, False]
    for words in both_say(bundle, fingerprint=kept.fingerprint):
        assert "2 manifests" in words
        assert "GOOD" in words


def test_after_a_rotation_old_and_new_seals_rest_on_the_first_fingerprint(kept: Kept) -> None:
    rotate(kept.data_dir)
    kept.clinic.session("s-4", "CODE-FOUR")
    kept.clinic.round(days=0)
    assert "GOOD" in verified(kept.data_dir, "--key-fingerprint", kept.fingerprint)
    for session in ("s-1", "s-3", "s-4"):
        bundle = bundled(kept.data_dir, session, kept.place)
        assert all("GOOD" in one for one in both_say(bundle, fingerprint=kept.fingerprint))


def test_what_a_key_sealed_before_it_was_revoked_stays_good(kept: Kept) -> None:
    rotate(kept.data_dir, in_doubt=True)
    sign_head(kept.data_dir)
    assert "CONSISTENT" in verified(kept.data_dir)
    fresh = _key(kept.data_dir)
    for words in both_say(bundled(kept.data_dir, "s-3", kept.place), fingerprint=fresh):
        assert "GOOD" in words
        assert "DOUBTED" not in words


def test_in_a_file_that_was_set_aside_a_revoked_key_is_doubted_and_no_hindrance(
    kept: Kept,
) -> None:
    rotate(kept.data_dir, in_doubt=True)
    sign_head(kept.data_dir)
    bundle = bundled(kept.data_dir, "s-1", kept.place)
    for words in both_say(bundle, fingerprint=_key(kept.data_dir)):
        assert f"DOUBTED: the head is signed by {kept.fingerprint}" in words
        assert "GOOD: proven by the key's fingerprint" in words


def test_a_revoked_key_proves_no_origin(kept: Kept) -> None:
    rotate(kept.data_dir, in_doubt=True)
    sign_head(kept.data_dir)
    bundle = bundled(kept.data_dir, "s-1", kept.place)
    chain_hash = json.loads(contents_of(bundle)[form.HEAD])["chain_hash"]
    for given in ((kept.head, ""), (chain_hash, ""), ("", kept.fingerprint)):
        assert all("BAD" in words for words in both_say(bundle, *given))


def test_a_seal_by_a_key_that_was_revoked_before_is_told(kept: Kept) -> None:
    rotate(kept.data_dir, in_doubt=True)
    kept.clinic.session("s-4", "CODE-FOUR")
    kept.clinic.round(days=0)
    directory = kept.data_dir / "archive/sessions/s-4"
    signature = load(kept.data_dir, kept.fingerprint).sign(
        (directory / "manifest-1.json").read_bytes(), NAMESPACE
    )
    bundle = make_bundle(kept.data_dir, kept.place / "s-4.zip", "s-4")
    (directory / signature_name(1)).write_text(signature)
    assert f"key {kept.fingerprint} was revoked" in found_wrong(kept.data_dir)
    contents = {**contents_of(bundle), signature_name(1): signature.encode()}
    signer = load(kept.data_dir, _key(kept.data_dir))
    inside, alone = both_say(remake(contents, kept.place / "forged.zip", signer, "s-4"))
    assert f"key {kept.fingerprint} was revoked" in inside
    assert f"key {kept.fingerprint} did not sign at" in alone


def test_who_makes_up_that_the_key_was_revoked_proves_no_origin(kept: Kept) -> None:
    """The entries are true; the report is not, and the list is signed by a key of the forger."""
    contents = contents_of(bundled(kept.data_dir, "s-3", kept.place))
    true_key, forger = load(kept.data_dir, kept.fingerprint), make_key(kept.place / "forger")
    told = (
        kinds.KeyMade(fingerprint=forger.fingerprint, public_key=forger.public_line),
        kinds.KeyRevoked(
            fingerprint=true_key.fingerprint, public_key=true_key.public_line, cause="revoked",
            reason="stolen", nonce="00",
        ),
    )  # fmt: skip
    contents[form.ENTRIES] += b"".join(
        _line(3_000_000 + number, payload) for number, payload in enumerate(told)
    )
    contents[form.SIGNERS] += f"{form.PRINCIPAL} {forger.public_line}\n".encode()
    for name in (form.LATER_HEAD, form.LATER_HEAD_SIGNATURE):
        contents.pop(name, None)
    contents[form.REPORT] = b"%PDF-1.7 as the forger wishes"
    forged = remake(contents, kept.place / "forged.zip", forger, "s-3")
    assert all("DOUBTED" in words and "NOT PROVEN" in words for words in both_say(forged))
    chain_hash = json.loads(contents[form.HEAD])["chain_hash"]
    for given in ((kept.head, ""), (chain_hash, ""), ("", kept.fingerprint)):
        assert all("BAD" in words for words in both_say(forged, *given))


def _line(position: int, payload: kinds.Payload) -> bytes:
    """Return the line of an entry that follows something that nobody has."""
    content = kinds.encode(payload)
    told = form.Line(
        position=position,
        time_unix_ns=NOW_NS,
        kind=kinds.kind_of(payload),
        stream="",
        actor="service",
        payload_sha256=hashlib.sha256(content).hexdigest(),
        payload=base64.b64encode(content).decode(),
        previous="ab" * 32,
    )
    return msgspec.json.encode(told) + b"\n"


def test_a_head_by_a_key_that_was_revoked_before_is_told(kept: Kept) -> None:
    rotate(kept.data_dir, in_doubt=True)
    with JournalReader(kept.data_dir) as reader:
        head = head_now(load(kept.data_dir, kept.fingerprint), reader, NOW_NS)
    with Journal.open(kept.data_dir, HostClock()) as journal:
        journal.append([draft(head)])
    assert f"key {kept.fingerprint} was revoked" in found_wrong(kept.data_dir)


def test_an_erasure_across_files_leaves_what_both_verifiers_accept(kept: Kept) -> None:
    kept.clinic.erase("CODE-ONE")
    kept.clinic.round()
    assert "ERASED: 1 sessions; the payloads of 5 entries" in verified(kept.data_dir)
    bundle = bundled(kept.data_dir, "s-2", kept.place)
    assert all("GOOD" in one for one in both_say(bundle, kept.head))
