"""The installation's key: made once, for its owner alone, and never silently replaced."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from logger.archive import keys
from logger.archive.keys import InstallationKey, load, load_or_make
from logger.archive.ssh_public_key import blob_of_line, fingerprint_of, name_of
from logger.errors import ConfigError, ProofFailed
from tests.support import ssh_keygen


def files(data_dir: Path) -> dict[str, int]:
    """Return the rights of each file in keys/, by name."""
    found = (data_dir / keys.KEYS_DIRECTORY).iterdir()
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in found}


def private_file(data_dir: Path, key: InstallationKey) -> Path:
    return data_dir / keys.KEYS_DIRECTORY / f"{key.name}.key"


def test_the_first_start_makes_a_key_for_its_owner_alone(tmp_path: Path) -> None:
    key = load_or_make(tmp_path)
    assert files(tmp_path) == {f"{key.name}.key": 0o600, f"{key.name}.pub": 0o600, "current": 0o600}
    assert stat.S_IMODE((tmp_path / keys.KEYS_DIRECTORY).stat().st_mode) == 0o700


def test_later_starts_find_the_same_key(tmp_path: Path) -> None:
    made = load_or_make(tmp_path).fingerprint
    assert load_or_make(tmp_path).fingerprint == made
    assert load_or_make(tmp_path, made).fingerprint == made
    assert load(tmp_path).fingerprint == made


def test_openssh_reads_the_key_and_knows_it_by_the_same_fingerprint(tmp_path: Path) -> None:
    key = load_or_make(tmp_path)
    path = private_file(tmp_path, key)
    assert ssh_keygen.fingerprint(path) == key.fingerprint
    assert ssh_keygen.fingerprint(path.with_suffix(".pub")) == key.fingerprint
    assert path.with_suffix(".pub").read_text() == key.public_line + "\n"


def test_many_at_once_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = {key.fingerprint for key in pool.map(load_or_make, [tmp_path] * 8)}
    assert len(made) == 1
    assert len(files(tmp_path)) == 3


def test_a_known_key_that_is_missing_is_never_replaced_by_itself(tmp_path: Path) -> None:
    known = load_or_make(tmp_path / "elsewhere").fingerprint
    with pytest.raises(ConfigError, match="cannot be read") as told:
        load_or_make(tmp_path, known)
    assert "needlelog key rotate" in told.value.mend
    assert not files(tmp_path)


def test_the_key_that_the_journal_knows_counts_not_the_note_of_the_current_one(
    tmp_path: Path,
) -> None:
    first, second = load_or_make(tmp_path), keys.make(tmp_path)
    assert load(tmp_path).fingerprint == first.fingerprint
    assert load_or_make(tmp_path, second.fingerprint).fingerprint == second.fingerprint
    assert load(tmp_path).fingerprint == second.fingerprint


def test_another_key_under_the_name_of_the_known_one_is_refused(tmp_path: Path) -> None:
    first, second = load_or_make(tmp_path), keys.make(tmp_path)
    private_file(tmp_path, second).replace(private_file(tmp_path, first))
    with pytest.raises(ConfigError, match="does not hold key"):
        load_or_make(tmp_path, first.fingerprint)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"])
def test_a_damaged_key_is_told_with_the_mend(tmp_path: Path, content: bytes) -> None:
    key = load_or_make(tmp_path)
    private_file(tmp_path, key).write_bytes(content)
    with pytest.raises(ConfigError, match="no signing key") as told:
        load_or_make(tmp_path, key.fingerprint)
    assert "backup" in told.value.mend


def test_every_truncation_of_a_key_is_told(tmp_path: Path) -> None:
    key = load_or_make(tmp_path)
    path = private_file(tmp_path, key)
    whole = path.read_bytes()
    # What ends only in the last line's end is whole.
    for length in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:length])
        with pytest.raises(ConfigError):
            load(tmp_path)


@pytest.mark.parametrize(("kind", "passphrase"), [("ecdsa", ""), ("ed25519", "secret words")])
def test_a_key_that_cannot_sign_here_is_told(tmp_path: Path, kind: str, passphrase: str) -> None:
    key = load_or_make(tmp_path)
    ssh_keygen.make_key(tmp_path / "other", kind, passphrase)
    (tmp_path / "other").replace(private_file(tmp_path, key))
    with pytest.raises(ConfigError, match=r"no Ed25519 key|no signing key"):
        load(tmp_path)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = private_file(tmp_path, load_or_make(tmp_path))
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="others may read") as told:
        load(tmp_path)
    assert f"chmod 600 {path}" in told.value.mend


def test_a_note_that_leads_out_of_the_directory_is_not_followed(tmp_path: Path) -> None:
    key = load_or_make(tmp_path)
    private_file(tmp_path, key).replace(tmp_path / f"{key.name}.key")
    (tmp_path / keys.KEYS_DIRECTORY / keys.CURRENT).write_text(f"../{key.name}\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_a_place_where_no_key_can_lie_is_told(tmp_path: Path) -> None:
    (tmp_path / keys.KEYS_DIRECTORY).write_text("a file")
    with pytest.raises(ConfigError, match="cannot be used"):
        load_or_make(tmp_path)


@pytest.mark.parametrize("call", range(1, 9))
def test_a_start_killed_at_any_sync_leaves_one_key_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    calls, sync = count(1), os.fsync

    def killed(descriptor: int) -> None:
        if next(calls) == call:
            raise KeyboardInterrupt
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        load_or_make(tmp_path)
    monkeypatch.undo()
    made = load_or_make(tmp_path)
    assert load(tmp_path).fingerprint == made.fingerprint
    assert ssh_keygen.fingerprint(private_file(tmp_path, made)) == made.fingerprint


def test_what_a_killed_start_left_half_written_is_in_nobodys_way(tmp_path: Path) -> None:
    seed = b"\x05" * 32
    key = InstallationKey.generate(lambda count: seed)
    (tmp_path / keys.KEYS_DIRECTORY).mkdir()
    for name in (f"{key.name}.key.unfinished", f"{key.name}.pub.unfinished"):
        (tmp_path / keys.KEYS_DIRECTORY / name).write_bytes(b"half")
    assert load_or_make(tmp_path, seed=lambda count: seed).fingerprint == key.fingerprint
    assert set(files(tmp_path)) == {f"{key.name}.key", f"{key.name}.pub", "current"}


def test_a_public_line_leads_back_to_the_fingerprint() -> None:
    key = InstallationKey.generate()
    assert fingerprint_of(blob_of_line(key.public_line)) == key.fingerprint
    assert name_of(key.fingerprint) == key.name


@pytest.mark.parametrize(
    "line",
    ["", "ssh-rsa AAAA x", "ssh-ed25519", "ssh-ed25519 ???? x", "ssh-ed25519 AAAA x"],
)
def test_no_other_line_is_taken_for_a_public_key(line: str) -> None:
    with pytest.raises(ProofFailed):
        blob_of_line(line)


@pytest.mark.parametrize("text", ["", "SHA256:", "SHA256:abc", "A" * 43, "SHA256:" + "?" * 43])
def test_nothing_else_is_taken_for_a_fingerprint(text: str) -> None:
    with pytest.raises(ProofFailed, match="no fingerprint"):
        name_of(text)
