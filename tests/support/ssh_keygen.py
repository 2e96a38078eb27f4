"""OpenSSH itself, as anybody would call it to check or make a signature."""

import subprocess
from pathlib import Path

PRINCIPAL = "needlelog"


def verify(
    directory: Path, public_line: str, namespace: str, data: bytes, signature: str
) -> "subprocess.CompletedProcess[str]":
    """Return what ``ssh-keygen -Y verify`` says of ``signature``; it needs a directory to write."""
    (directory / "allowed_signers").write_text(f"{PRINCIPAL} {public_line}\n")
    (directory / "checked.sig").write_text(signature)
    command: list[str | Path] = ["ssh-keygen", "-Y", "verify", "-f", directory / "allowed_signers"]
    command += ["-I", PRINCIPAL, "-n", namespace, "-s", directory / "checked.sig"]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    return subprocess.CompletedProcess(
        command, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def sign(private_key: Path, namespace: str, data: bytes, hash_name: str = "sha512") -> str:
    """Return the armoured signature that ``ssh-keygen -Y sign`` makes."""
    command: list[str | Path] = [
        "ssh-keygen",
        "-q",
        "-Y",
        "sign",
        "-f",
        private_key,
        "-n",
        namespace,
    ]
    command += ["-O", f"hashalg={hash_name}"]
    signed: bytes = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return signed.decode()


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> None:
    """Make a key pair at ``path`` and ``path``.pub."""
    command: list[str | Path] = [
        "ssh-keygen",
        "-q",
        "-t",
        kind,
        "-N",
        passphrase,
        "-C",
        "someone",
        "-f",
        path,
    ]
    subprocess.run(command, check=True)


def fingerprint(key: Path) -> str:
    """Return the fingerprint of the key in a file, private or public."""
    command: list[str | Path] = ["ssh-keygen", "-l", "-f", key]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return str(shown.split()[1])
