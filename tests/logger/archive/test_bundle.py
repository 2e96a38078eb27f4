"""A bundle: what is in it, and that it is checked by anyone with Python and OpenSSH alone."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from logger.archive.bundle import form
from logger.archive.bundle.checking import check_bundle
from logger.archive.outside import Outside, read_outside
from logger.cli.exits import Exit
from logger.journal import kinds
from tests.support.archived import append_at, archive
from tests.support.bundled import (
    LATER_NS,
    OTHER_CLIENT,
    OTHER_SESSION,
    SCRIPT,
    contents_of,
    judged_by_needlelog,
    judged_by_script,
    load_script,
    make_bundle,
    record,
)
from tests.support.command_line import assert_one_line, call
from tests.support.signed import rotate, sign_head
from tests.support.stories import PEN, SESSION, Story, sample_block


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("data")
    record(place)
    return place


@pytest.fixture(scope="module")
def bundle(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(data_dir, tmp_path_factory.mktemp("bundle") / "bundle.zip")


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with nothing but the standard library."""
    place = tmp_path_factory.mktemp("bare")
    venv.create(place, with_pip=False, symlinks=True)
    return place / "bin" / "python"


def _run(python: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command: list[str | Path] = [python, "-I", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=python.parent)


def _fingerprint(data_dir: Path) -> str:
    return call("--data-dir", data_dir, "key", "show").out.split()[0]


def _head(data_dir: Path, place: Path) -> Path:
    head = place / "head.json"
    assert call("--data-dir", data_dir, "head", "--out", head).code == Exit.OK
    return head


def test_a_bundle_holds_all_that_the_guide_names(bundle: Path) -> None:
    names = list(contents_of(bundle))
    assert names == [
        *form.names(2, "samples-1.parquet", has_later_head=False),
        form.LIST,
        form.LIST_SIGNATURE,
    ]


def test_the_same_journal_gives_the_same_bytes(data_dir: Path, tmp_path: Path) -> None:
    first = make_bundle(data_dir, tmp_path / "first.zip")
    second = make_bundle(data_dir, tmp_path / "second.zip")
    assert first.read_bytes() == second.read_bytes()


def test_a_bundle_goes_to_standard_output(data_dir: Path, bundle: Path) -> None:
    command: list[str | Path] = [sys.executable, "-m", "logger.cli.main", "--data-dir", data_dir]
    command += ["session", "bundle", SESSION, "--out", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == bundle.read_bytes()


def test_nothing_of_another_client_is_handed_out(bundle: Path) -> None:
    for content in contents_of(bundle).values():
        assert OTHER_CLIENT.encode() not in content
        assert OTHER_SESSION.encode() not in content
    lines = [json.loads(line) for line in contents_of(bundle)[form.ENTRIES].splitlines()]
    others = [one for one in lines if one["stream"] not in ("", PEN)]
    assert others
    assert not any("payload" in one for one in others)


def test_a_bare_python_and_openssh_verify_it(
    bare_python: Path, data_dir: Path, bundle: Path, tmp_path: Path
) -> None:
    options = ("--head", _head(data_dir, tmp_path), "--key-fingerprint", _fingerprint(data_dir))
    done = _run(bare_python, SCRIPT, bundle, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("GOOD: proven by the key's fingerprint and the head\n")


def test_the_script_in_the_bundle_is_the_one_of_the_product(
    bare_python: Path, bundle: Path, tmp_path: Path
) -> None:
    own = tmp_path / "verify.py"
    own.write_bytes(contents_of(bundle)[form.SCRIPT])
    done = _run(bare_python, own, bundle)
    assert done.stdout.endswith("no head and no fingerprint was given\n")


def test_the_script_shares_no_code_with_the_product() -> None:
    imported = {line.split()[1] for line in SCRIPT.read_text().splitlines()
                if line.startswith(("import ", "from "))}  # fmt: skip
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_both_say_that_the_origin_is_not_proven_without_anything_from_outside(
    bundle: Path,
) -> None:
    answer = call("verify", bundle)
    assert answer.code == Exit.OK
    assert "CONSISTENT, ORIGIN NOT PROVEN" in answer.out
    assert "CONSISTENT, ORIGIN NOT PROVEN" in judged_by_script(load_script(), bundle).words


@pytest.mark.parametrize("form_of_head", ["file", "hash", "message"])
def test_a_head_from_outside_proves_it_in_each_form(
    data_dir: Path, bundle: Path, tmp_path: Path, form_of_head: str
) -> None:
    head = _head(data_dir, tmp_path)
    given = str(head)
    if form_of_head == "hash":
        given = json.loads(head.read_text())["chain_hash"]
    if form_of_head == "message":
        head.write_text(json.dumps({"signed": head.read_text(), "signature": "…"}))
    judged = judged_by_needlelog(bundle, read_outside(given, None))
    script = judged_by_script(load_script(), bundle, "--head", given)
    assert judged.proven, judged.words
    assert script.proven, script.words


def test_a_head_that_lies_out_of_reach_proves_nothing(data_dir: Path, bundle: Path) -> None:
    given = "ab" * 32
    assert not judged_by_needlelog(bundle, Outside(chain_hash=given)).good
    assert not judged_by_script(load_script(), bundle, "--head", given).good


def test_another_fingerprint_is_told(bundle: Path) -> None:
    other = "SHA256:" + "A" * 43
    assert "not signed by" in judged_by_needlelog(bundle, Outside(fingerprint=other)).words
    script = judged_by_script(load_script(), bundle, "--key-fingerprint", other)
    assert "not signed by" in script.words


def test_the_former_keys_fingerprint_proves_what_its_successor_signed(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    record(data_dir)
    former = _fingerprint(data_dir)
    rotate(data_dir)
    sign_head(data_dir)
    bundle = make_bundle(data_dir, tmp_path / "bundle.zip")
    found = check_bundle(bundle, Outside(fingerprint=former))
    script = judged_by_script(load_script(), bundle, "--key-fingerprint", former)
    assert found.proven_by, found.problem
    assert script.proven, script.words
    assert found.not_covered
    assert "NOT COVERED" in script.words


def test_a_revoked_key_is_followed_only_once_a_head_of_its_successor_is_there(
    tmp_path: Path,
) -> None:
    record(tmp_path)
    rotate(tmp_path, in_doubt=True)
    answer = call("--data-dir", tmp_path, "session", "bundle", SESSION)
    assert_one_line(answer, Exit.REFUSED, "no signed head", "needlelog head --sign")
    sign_head(tmp_path)
    make_bundle(tmp_path, tmp_path / "bundle.zip")


def test_a_session_that_changed_since_it_was_sealed_is_refused(tmp_path: Path) -> None:
    record(tmp_path)
    story = Story()
    story.append(kinds.SessionNote(session=SESSION, text="more", nonce="02"))
    append_at(tmp_path, story, LATER_NS)
    answer = call("--data-dir", tmp_path, "session", "bundle", SESSION)
    assert_one_line(answer, Exit.REFUSED, f"session {SESSION} is not sealed", "needlelog archive")


def test_an_open_session_is_refused(data_dir: Path) -> None:
    answer = call("--data-dir", data_dir, "session", "bundle", OTHER_SESSION)
    assert_one_line(answer, Exit.REFUSED, f"session {OTHER_SESSION} is still open", "Stop it")


def test_a_sealed_file_that_is_not_what_was_sealed_is_refused(tmp_path: Path) -> None:
    record(tmp_path)
    (samples,) = tmp_path.rglob("samples-1.parquet")
    samples.write_bytes(samples.read_bytes()[:-1])
    answer = call("--data-dir", tmp_path, "session", "bundle", SESSION)
    assert_one_line(answer, Exit.REFUSED, f"{samples} is not what was sealed", "backup")
    assert not list(Path.cwd().glob(f".{SESSION}*"))


def test_a_session_without_samples_has_a_bundle(tmp_path: Path) -> None:
    story = Story()
    story.started()
    story.stopped()
    append_at(tmp_path, story, LATER_NS)
    archive(tmp_path, LATER_NS)
    bundle = make_bundle(tmp_path, tmp_path / "bundle.zip")
    assert judged_by_needlelog(bundle, Outside()).good
    assert judged_by_script(load_script(), bundle).good


def test_values_of_every_form_are_read_alike(tmp_path: Path) -> None:
    story = Story()
    story.identified()
    story.started()
    wild = [0, 4000, 1, 70_000, 2]
    story.samples(sample_block(5, depth_um=wild, measured_um=0xFFFF, boot_id=None))
    story.samples(sample_block(1, first=10, rate_dhz=70_000))
    story.samples(sample_block(300, first=20, depth_um=list(range(300)), counted=False))
    story.stopped()
    append_at(tmp_path, story, LATER_NS)
    archive(tmp_path, LATER_NS)
    bundle = make_bundle(tmp_path, tmp_path / "bundle.zip")
    judged, script = judged_by_needlelog(bundle, Outside()), judged_by_script(load_script(), bundle)
    assert judged.good, judged.words
    assert script.good, script.words


def test_what_is_no_bundle_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"")
    assert call("verify", path).code == Exit.FOUND_WRONG
    assert call("verify", tmp_path / "none.zip").code == Exit.USAGE
    assert _run(Path(sys.executable), SCRIPT, tmp_path / "none.zip").returncode == 2


def test_openssh_checks_the_list_by_hand(bundle: Path, tmp_path: Path) -> None:
    for name, content in contents_of(bundle).items():
        (tmp_path / name).write_bytes(content)
    command = ["ssh-keygen", "-Y", "verify", "-f", form.SIGNERS, "-I", "needlelog"]
    command += ["-n", form.NAMESPACE, "-s", form.LIST_SIGNATURE]
    done = subprocess.run(
        command, input=(tmp_path / form.LIST).read_bytes(), cwd=tmp_path, check=False
    )
    assert done.returncode == 0
