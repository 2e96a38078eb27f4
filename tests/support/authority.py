"""A certificate authority of the test's own, made by the openssl command."""

import subprocess
from pathlib import Path

from tests.support.server import HOST


class Authority:
    """Signs certificates; all files lie in ``directory``."""

    def __init__(self, directory: Path, name: str = "test authority") -> None:
        self._directory = directory
        self.ca_file = directory / "ca.pem"
        self._key = directory / "ca.key"
        self._openssl(
            f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
            f"-keyout {self._key} -out {self.ca_file}",
            "-subj",
            f"/CN={name}",
        )

    def certificate(self, name: str, *, days: int = 2) -> tuple[Path, Path]:
        """Return certificate and key for ``name``, valid for it and the loopback address.

        It has expired already if ``days`` is negative.
        """
        cert, key, request, extensions = (
            self._directory / f"{name}{days}.{suffix}" for suffix in ("pem", "key", "csr", "ext")
        )
        extensions.write_text(f"subjectAltName=IP:{HOST},DNS:{name}\n")
        self._openssl(
            f"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
            f"-keyout {key} -out {request} -subj /CN={name}"
        )
        self._openssl(
            f"x509 -req -in {request} -CA {self.ca_file} -CAkey {self._key} -CAcreateserial "
            f"-days {days} -extfile {extensions} -out {cert}"
        )
        return cert, key

    def _openssl(self, arguments: str, *more: str) -> None:
        subprocess.run(["openssl", *arguments.split(), *more], check=True, capture_output=True)
