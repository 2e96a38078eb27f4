"""Signatures in OpenSSH's own format, so that plain ``ssh-keygen -Y verify`` checks one.

PROTOCOL.sshsig of OpenSSH: the armoured blob is ``SSHSIG ‖ u32 1 ‖ string(public key) ‖
string(namespace) ‖ string("") ‖ string(hash) ‖ string(signature)``. What Ed25519 signs is
``SSHSIG ‖ string(namespace) ‖ string("") ‖ string(hash) ‖ string(hash of the data)``. The
namespace says what a signature is for, so that none can be carried to another purpose.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from logger.archive.ssh_public_key import (
    ED25519,
    blob_of,
    fingerprint_of,
    public_of,
    string,
    strings,
)
from logger.errors import ProofFailed

HEAD_NAMESPACE = "needlelog-head@1"
KEY_NAMESPACE = "needlelog-key@1"

_MAGIC = b"SSHSIG"
_VERSION = (1).to_bytes(4, "big")
_HASHES = ("sha512", "sha256")
_BEGIN = "-----BEGIN SSH SIGNATURE-----\n"
_END = "-----END SSH SIGNATURE-----\n"
_COLUMNS = 70
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class SshSignature:
    """What an armoured signature says of itself; nothing of it is checked yet.

    ``public`` are the 32 bytes of the Ed25519 key, ``signature`` the 64 of what it signed.
    """

    public: bytes
    namespace: str
    hash_name: str
    signature: bytes

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key that claims to have signed."""
        return fingerprint_of(blob_of(self.public))

    def armoured(self) -> str:
        """Return the signature as ``ssh-keygen -Y sign`` would write it."""
        parts = (
            blob_of(self.public),
            self.namespace.encode(),
            b"",
            self.hash_name.encode(),
            string(ED25519) + string(self.signature),
        )
        blob = base64.b64encode(_MAGIC + _VERSION + b"".join(map(string, parts))).decode()
        lines = [blob[at : at + _COLUMNS] + "\n" for at in range(0, len(blob), _COLUMNS)]
        return _BEGIN + "".join(lines) + _END


def sign(private: Ed25519PrivateKey, data: bytes, namespace: str) -> str:
    """Return the armoured signature of ``data`` for the purpose that ``namespace`` names."""
    public = private.public_key().public_bytes_raw()
    signed = private.sign(_to_be_signed(data, namespace, _HASHES[0]))
    return SshSignature(public, namespace, _HASHES[0], signed).armoured()


def read(armoured: str) -> SshSignature:
    """Return what ``armoured`` says; ProofFailed unless it is written as OpenSSH writes it."""
    text = armoured.removeprefix(_BEGIN).removesuffix(_END)
    if len(text) != len(armoured) - len(_BEGIN) - len(_END):
        raise ProofFailed("this is no armoured SSH signature")
    try:
        blob = base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofFailed(f"the signature is no base64: {error}") from None
    found = _parsed(blob)
    if found.armoured() != armoured:
        raise ProofFailed("the signature is not written as OpenSSH writes it")
    return found


def verify(armoured: str, data: bytes, namespace: str, fingerprint: str) -> None:
    """Return if the key with ``fingerprint`` signed ``data`` for ``namespace``.

    ProofFailed, saying what is wrong, in every other case.
    """
    found = read(armoured)
    if found.fingerprint != fingerprint:
        raise ProofFailed(f"it is signed by key {found.fingerprint}, not by {fingerprint}")
    if found.namespace != namespace:
        raise ProofFailed(f"it is signed as {found.namespace!r}, not as {namespace!r}")
    try:
        Ed25519PublicKey.from_public_bytes(found.public).verify(
            found.signature, _to_be_signed(data, namespace, found.hash_name)
        )
    except InvalidSignature:
        raise ProofFailed("the signature is not one of this data") from None


def _parsed(blob: bytes) -> SshSignature:
    head = len(_MAGIC) + len(_VERSION)
    if blob[:head] != _MAGIC + _VERSION:
        raise ProofFailed("it is no SSH signature of version 1")
    parts = list(strings(blob[head:]))
    if len(parts) != 5:
        raise ProofFailed("an SSH signature has five parts")
    key, namespace, _reserved, hash_name, signed = parts
    kind, *signature = [*strings(signed), b""]
    if kind != ED25519 or len(signature) != 2 or len(signature[0]) != _SIGNATURE_BYTES:
        raise ProofFailed("it holds no Ed25519 signature")
    try:
        words = namespace.decode(), hash_name.decode()
    except UnicodeDecodeError as error:
        raise ProofFailed(f"its namespace or hash is no text: {error}") from None
    if words[1] not in _HASHES:
        raise ProofFailed(f"it hashes with {words[1]!r}; known are {', '.join(_HASHES)}")
    return SshSignature(public_of(key), *words, signature[0])


def _to_be_signed(data: bytes, namespace: str, hash_name: str) -> bytes:
    digest = hashlib.new(hash_name, data).digest()
    return _MAGIC + b"".join(map(string, (namespace.encode(), b"", hash_name.encode(), digest)))
