"""What a person brings along from outside: a head that was kept, a key's fingerprint."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from logger.archive.ssh_public_key import name_of
from logger.errors import ConfigError, ProofFailed

_HEX = re.compile(r"[0-9a-fA-F]{64}")


class HeadKept(msgspec.Struct, frozen=True, kw_only=True):
    """A head as `needlelog head --out` writes it."""

    journal: str
    position: int
    chain_hash: str
    tree_size: int
    tree_root: str
    key: str


class _Message(msgspec.Struct, frozen=True):
    """The MQTT message of a head: ``signed`` is the head's text."""

    signed: str


@dataclass(frozen=True, slots=True)
class Outside:
    """``head`` or only its ``chain_hash`` (hex), and a key's ``fingerprint``; empty without."""

    head: HeadKept | None = None
    chain_hash: str = ""
    fingerprint: str = ""

    def __bool__(self) -> bool:
        return bool(self.head or self.chain_hash or self.fingerprint)


def read_outside(head: str | None, fingerprint: str | None) -> Outside:
    """Return what the options say; ``head`` is a file or 64 hex digits. ConfigError if neither."""
    if fingerprint:
        try:
            name_of(fingerprint)
        except ProofFailed as error:
            mend = "Give one such as `needlelog key show` prints"
            raise ConfigError("--key-fingerprint", str(error), mend) from error
    if not head:
        return Outside(fingerprint=fingerprint or "")
    if Path(head).is_file():
        return Outside(head=_read(Path(head)), fingerprint=fingerprint or "")
    if not _HEX.fullmatch(head):
        raise ConfigError(
            f"--head {head}",
            "neither a file nor a hash of 64 hex digits",
            "Give what `needlelog head --out FILE` wrote, or the hash of a printed head",
        )
    return Outside(chain_hash=head.lower(), fingerprint=fingerprint or "")


def _read(path: Path) -> HeadKept:
    try:
        content = path.read_bytes()
        with suppress(msgspec.ValidationError):
            content = msgspec.json.decode(content, type=_Message).signed.encode()
        return msgspec.json.decode(content, type=HeadKept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        mend = "Give what `needlelog head --out FILE` wrote, or the MQTT message"
        raise ConfigError(f"--head {path}", f"it holds no head: {error}", mend) from error
