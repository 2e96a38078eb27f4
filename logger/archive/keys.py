"""The installation's signing key: an Ed25519 key pair in files that OpenSSH reads too.

::

    keys/                    for its owner alone (0700)
      <16 hex>.key           OpenSSH private key without passphrase (0600)
      <16 hex>.pub           its public line
      current                the name of the pair that signs now

The name is the beginning of SHA-256 of the public blob. Pairs of former times stay. Which
keys count is told by the journal (``logger.archive.key_ring``), not by these files.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from logger.archive import ssh_signature
from logger.archive.durable import place_bytes
from logger.archive.ssh_public_key import PUBLIC_BYTES, blob_of, fingerprint_of, line_of, name_of
from logger.errors import ConfigError
from logger.journal.files import make_data_directory

KEYS_DIRECTORY = "keys"
CURRENT = "current"

Seed = Callable[[int], bytes]
"""Returns so many random bytes."""

MEND = (
    "Bring back the directory keys/ from a backup, or give the key up with "
    "`needlelog key rotate --reason WHY`"
)


@dataclass(frozen=True, slots=True)
class InstallationKey:
    """The private key that signs for this installation."""

    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, seed: Seed = secrets.token_bytes) -> Self:
        """Return a new key that is kept nowhere yet."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed(PUBLIC_BYTES)))

    @property
    def blob(self) -> bytes:
        """The public key as OpenSSH encodes it."""
        return blob_of(self.private.public_key().public_bytes_raw())

    @property
    def fingerprint(self) -> str:
        """``SHA256:…``, as ``ssh-keygen -l`` shows it."""
        return fingerprint_of(self.blob)

    @property
    def public_line(self) -> str:
        """The public key as one line of a ``.pub`` file."""
        return line_of(self.blob)

    @property
    def name(self) -> str:
        """Under which name its files lie, without their suffix."""
        return name_of(self.fingerprint)

    def sign(self, data: bytes, namespace: str) -> str:
        """Return the armoured SSH signature of ``data`` for the purpose ``namespace``."""
        return ssh_signature.sign(self.private, data, namespace)


def load(data_dir: Path, known: str = "") -> InstallationKey:
    """Return the key with the fingerprint ``known``; without one, the key that signs now.

    ConfigError, with the mend, if it is missing, damaged or readable to others.
    """
    directory = data_dir / KEYS_DIRECTORY
    if known:
        key = _load(directory / f"{name_of(known)}.key")
        if key.fingerprint != known:
            raise ConfigError(str(directory), f"it does not hold key {known}", MEND)
        return key
    name = _read(directory / CURRENT, "the installation has no signing key").decode(
        "ascii", "replace"
    )
    return _load(directory / f"{Path(name.strip()).name}.key")


def load_or_make(
    data_dir: Path, known: str = "", seed: Seed = secrets.token_bytes
) -> InstallationKey:
    """Return the key that signs now; make one at the first start.

    ``known`` is the fingerprint of the key that the journal says signs now, empty before
    the first. ConfigError if there is such a key and it is not at hand: another one is
    never made in its place without an order.
    """
    with _alone(data_dir) as directory:
        if known or (directory / CURRENT).exists():
            key = load(data_dir, known)
        else:
            key = _keep(directory, InstallationKey.generate(seed))
        _point_at(directory, key)
    return key


def make(data_dir: Path, seed: Seed = secrets.token_bytes) -> InstallationKey:
    """Return a new key that is kept, but signs only once :func:`use` says so."""
    with _alone(data_dir) as directory:
        return _keep(directory, InstallationKey.generate(seed))


def use(data_dir: Path, key: InstallationKey) -> None:
    """Let ``key``, which is kept, sign from now on."""
    with _alone(data_dir) as directory:
        _point_at(directory, key)


def discard(data_dir: Path, key: InstallationKey) -> None:
    """Forget ``key``, which never signed anything."""
    with _alone(data_dir) as directory:
        for suffix in (".key", ".pub"):
            (directory / (key.name + suffix)).unlink(missing_ok=True)


@contextmanager
def _alone(data_dir: Path) -> Iterator[Path]:
    """Yield the directory of keys, made if need be, while nobody else changes it."""
    directory = data_dir / KEYS_DIRECTORY
    try:
        make_data_directory(directory)
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield directory
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConfigError(
            str(directory),
            f"it cannot be used: {error.strerror}",
            "Make it writable, or make room on the drive",
        ) from None


def _keep(directory: Path, key: InstallationKey) -> InstallationKey:
    private = key.private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    place_bytes(directory / f"{key.name}.pub", key.public_line.encode() + b"\n")
    place_bytes(directory / f"{key.name}.key", private)
    return key


def _point_at(directory: Path, key: InstallationKey) -> None:
    path, content = directory / CURRENT, key.name.encode() + b"\n"
    if not path.exists() or path.read_bytes() != content:
        place_bytes(path, content)


def _load(path: Path) -> InstallationKey:
    content = _read(path, "the signing key cannot be read")
    if path.stat().st_mode & 0o077:
        raise ConfigError(
            str(path), "others may read the signing key", f"Take the right away: chmod 600 {path}"
        )
    try:
        private = load_ssh_private_key(content, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(str(path), f"this is no signing key: {error}", MEND) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise ConfigError(str(path), "this is no Ed25519 key", MEND)
    return InstallationKey(private)


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(str(path), f"{what} ({error.strerror})", MEND) from None
