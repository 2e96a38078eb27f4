"""Signatures as OpenSSH makes and checks them, held against OpenSSH itself."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logger.archive.keys import InstallationKey, load_or_make
from logger.archive.manifest import NAMESPACE as MANIFEST_NAMESPACE
from logger.archive.ssh_signature import HEAD_NAMESPACE, read, verify
from logger.errors import ProofFailed
from tests.support import ssh_keygen

DATA = b'{"position":7}'
KEY = InstallationKey.generate(lambda count: b"\x07" * count)
OTHER = InstallationKey.generate(lambda count: b"\x08" * count)
SIGNED = KEY.sign(DATA, HEAD_NAMESPACE)


@pytest.mark.parametrize("data", [DATA, b"", b"\x00\xff\n" * 50_000], ids=["json", "none", "long"])
def test_ssh_keygen_verifies_what_is_signed_here(tmp_path: Path, data: bytes) -> None:
    signature = KEY.sign(data, MANIFEST_NAMESPACE)
    said = ssh_keygen.verify(tmp_path, KEY.public_line, MANIFEST_NAMESPACE, data, signature)
    assert said.returncode == 0
    assert f"with ED25519 key {KEY.fingerprint}" in said.stdout


@pytest.mark.parametrize(
    ("line", "namespace", "data"),
    [
        (KEY.public_line, HEAD_NAMESPACE, DATA + b" "),
        (KEY.public_line, MANIFEST_NAMESPACE, DATA),
        (OTHER.public_line, HEAD_NAMESPACE, DATA),
    ],
    ids=["data", "namespace", "key"],
)
def test_ssh_keygen_refuses_other_data_another_purpose_and_another_key(
    tmp_path: Path, line: str, namespace: str, data: bytes
) -> None:
    assert ssh_keygen.verify(tmp_path, line, namespace, data, SIGNED).returncode != 0


def test_what_ssh_keygen_signs_verifies_here_and_is_the_same_signature(tmp_path: Path) -> None:
    key = load_or_make(tmp_path)
    theirs = ssh_keygen.sign(tmp_path / "keys" / f"{key.name}.key", HEAD_NAMESPACE, DATA)
    verify(theirs, DATA, HEAD_NAMESPACE, key.fingerprint)
    assert theirs == key.sign(DATA, HEAD_NAMESPACE)


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_either_hash_of_openssh_verifies(tmp_path: Path, hash_name: str) -> None:
    key = load_or_make(tmp_path)
    path = tmp_path / "keys" / f"{key.name}.key"
    theirs = ssh_keygen.sign(path, HEAD_NAMESPACE, DATA, hash_name)
    assert read(theirs).hash_name == hash_name
    verify(theirs, DATA, HEAD_NAMESPACE, key.fingerprint)


def test_a_signature_names_its_key_and_purpose() -> None:
    found = read(SIGNED)
    assert (found.fingerprint, found.namespace) == (KEY.fingerprint, HEAD_NAMESPACE)


@pytest.mark.parametrize(
    ("data", "namespace", "fingerprint", "words"),
    [
        (b"x", HEAD_NAMESPACE, KEY.fingerprint, "not one of this data"),
        (DATA, MANIFEST_NAMESPACE, KEY.fingerprint, "signed as 'needlelog-head@1'"),
        (DATA, HEAD_NAMESPACE, OTHER.fingerprint, "not by"),
    ],
)
def test_what_is_not_so_is_told(data: bytes, namespace: str, fingerprint: str, words: str) -> None:
    with pytest.raises(ProofFailed, match=words):
        verify(SIGNED, data, namespace, fingerprint)


@given(at=st.integers(0, len(SIGNED) - 1), bit=st.integers(0, 6))
def test_no_signature_with_a_flipped_bit_verifies(at: int, bit: int) -> None:
    flipped = SIGNED[:at] + chr(ord(SIGNED[at]) ^ 1 << bit) + SIGNED[at + 1 :]
    with pytest.raises(ProofFailed):
        verify(flipped, DATA, HEAD_NAMESPACE, KEY.fingerprint)


def rearmoured(change: Callable[[bytes], bytes]) -> str:
    """Return the signature with its blob changed, armoured as OpenSSH does it."""
    lines = SIGNED.splitlines()
    blob = change(base64.b64decode("".join(lines[1:-1])))
    text = base64.b64encode(blob).decode()
    folded = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join([lines[0], *folded, lines[-1], ""])


@given(
    at=st.integers(0, len(base64.b64decode("".join(SIGNED.splitlines()[1:-1]))) - 1),
    bit=st.integers(0, 7),
)
def test_no_blob_with_a_flipped_bit_verifies(at: int, bit: int) -> None:
    def flip(blob: bytes) -> bytes:
        return blob[:at] + bytes([blob[at] ^ 1 << bit]) + blob[at + 1 :]

    with pytest.raises(ProofFailed):
        verify(rearmoured(flip), DATA, HEAD_NAMESPACE, KEY.fingerprint)


@pytest.mark.parametrize(
    "change",
    [
        lambda blob: blob[:-1],
        lambda blob: blob[:60],
        lambda blob: blob + b"\x00",
        lambda blob: blob + b"\x00\x00\x00\x01x",
        lambda blob: b"",
    ],
)
def test_no_blob_that_is_too_short_or_long_verifies(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ProofFailed):
        verify(rearmoured(change), DATA, HEAD_NAMESPACE, KEY.fingerprint)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        SIGNED.strip(),
        SIGNED.replace("\n", "\r\n"),
        SIGNED.replace("SSH", "PGP"),
        SIGNED.replace("U1NI", "U1NI "),
        SIGNED + SIGNED,
    ],
)
def test_what_is_not_written_as_openssh_writes_it_is_refused(text: str) -> None:
    with pytest.raises(ProofFailed):
        read(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(ProofFailed):
        read(f"-----BEGIN SSH SIGNATURE-----\n{text}-----END SSH SIGNATURE-----\n")


def test_a_signature_of_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    ssh_keygen.make_key(tmp_path / "other", "ecdsa")
    theirs = ssh_keygen.sign(tmp_path / "other", HEAD_NAMESPACE, DATA)
    with pytest.raises(ProofFailed, match="Ed25519"):
        read(theirs)
