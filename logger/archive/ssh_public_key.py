"""Ed25519 public keys as OpenSSH writes them, without any cryptography.

The blob is ``string("ssh-ed25519") ‖ string(32 bytes)`` (RFC 8709), a string being a
big-endian u32 length and that many bytes (RFC 4251). A fingerprint is ``SHA256:`` and the
blob's SHA-256 in base64 without padding, as ``ssh-keygen -l`` shows it.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator

from logger.errors import ProofFailed

ED25519 = b"ssh-ed25519"
PUBLIC_BYTES = 32
COMMENT = "needlelog"


def string(data: bytes) -> bytes:
    """Return ``data`` behind its length."""
    return len(data).to_bytes(4, "big") + data


def strings(data: bytes) -> Iterator[bytes]:
    """Yield the strings that ``data`` consists of; ProofFailed where it does not."""
    while data:
        end = 4 + int.from_bytes(data[:4], "big")
        if len(data) < max(4, end):
            raise ProofFailed("it breaks off in the middle")
        yield data[4:end]
        data = data[end:]


def blob_of(public: bytes) -> bytes:
    """Return the blob of a key's 32 bytes."""
    return string(ED25519) + string(public)


def public_of(blob: bytes) -> bytes:
    """Return the 32 bytes of the key in ``blob``; ProofFailed if it holds no Ed25519 key."""
    kind, *rest = [*strings(blob), b""]
    if kind != ED25519 or len(rest) != 2 or len(rest[0]) != PUBLIC_BYTES:
        raise ProofFailed("it names no Ed25519 key")
    return rest[0]


def fingerprint_of(blob: bytes) -> str:
    """Return the fingerprint of the key in ``blob``."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def name_of(fingerprint: str) -> str:
    """Return the first 16 hex digits of the blob's SHA-256: a name that a file can have.

    ProofFailed if this is no fingerprint.
    """
    text = fingerprint.removeprefix("SHA256:")
    try:
        digest = base64.b64decode(text + "=", validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != hashlib.sha256().digest_size or text == fingerprint:
        raise ProofFailed(f"{fingerprint!r} is no fingerprint of a key")
    return digest.hex()[:16]


def line_of(blob: bytes) -> str:
    """Return the key as one line of a ``.pub`` file, without a line end."""
    return f"{ED25519.decode()} {base64.b64encode(blob).decode()} {COMMENT}"


def blob_of_line(line: str) -> bytes:
    """Return the blob of the key in a line of a ``.pub`` file; ProofFailed if it holds none."""
    words = line.split()
    if len(words) < 2 or words[0] != ED25519.decode():
        raise ProofFailed("this is no line with an Ed25519 public key")
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofFailed(f"the public key is no base64: {error}") from None
    public_of(blob)
    return blob
