"""The console's own authority and certificate in the data directory, made and renewed there."""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from logger.archive.durable import place_bytes, writing
from logger.errors import ConfigError, SinkUnavailable
from logger.review.tls.authority import (
    Signed,
    covers,
    fingerprint,
    make_authority,
    make_leaf,
    names_of,
)

log = logging.getLogger(__name__)

DIRECTORY = "console-tls"
RENEW_BEFORE = timedelta(days=30)
LOOK_EVERY_S = 60.0
_AUTHORITY, _AUTHORITY_KEY = "authority.pem", "authority.key"
_NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class OwnTls:
    """Keys are their owner's alone. ``named`` must be covered, ``found`` is as far as it can be.

    The authority is made once: a new one would have to be installed on every tablet.
    """

    data_dir: Path
    site: str
    named: frozenset[str]
    found: Callable[[], frozenset[str]]
    now_unix_ns: Callable[[], int]
    now_s: Callable[[], float]
    _looked_s: float = -LOOK_EVERY_S

    @property
    def cert_file(self) -> Path:
        """The certificate, as the browser gets it."""
        return self._directory / "console.pem"

    @property
    def key_file(self) -> Path:
        """Its key."""
        return self._directory / "console.key"

    @property
    def authority(self) -> x509.Certificate:
        """The authority's certificate; ConfigError where it cannot be used."""
        return self._authority().certificate

    @property
    def authority_pem(self) -> bytes:
        """The same, for installing."""
        return self.authority.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, to be compared before it is installed."""
        return fingerprint(self.authority)

    def renew(self) -> bool:
        """See to it that there is a certificate that lasts; return whether it is a new one.

        ConfigError where authority or certificate cannot be used or written.
        """
        try:
            with writing(self._directory):
                if not (self._directory / _AUTHORITY_KEY).is_file():
                    self._place_authority()
                return self._renewed(self._authority())
        except SinkUnavailable as error:
            place = str(self._directory)
            raise ConfigError(place, str(error), "Let the console's user write there") from None

    def keep_fresh(self, context: ssl.SSLContext) -> None:
        """Let ``context`` go on with a new certificate whenever one is due.

        It is looked for as browsers connect, so that nothing need run beside them.
        """

        def look(*_: object) -> None:
            if self.now_s() - self._looked_s < LOOK_EVERY_S:
                return
            self._looked_s = self.now_s()
            try:
                if self.renew():
                    context.load_cert_chain(self.cert_file, self.key_file)
            except ConfigError as error:
                log.error("the certificate could not be renewed: %s", error)

        context.sni_callback = look

    @property
    def _directory(self) -> Path:
        return self.data_dir / DIRECTORY

    @property
    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.now_unix_ns() // _NS_PER_S, UTC)

    def _place_authority(self) -> None:
        made = make_authority(self.site, self.named | self.found(), self._now)
        pem = made.certificate.public_bytes(serialization.Encoding.PEM)
        place_bytes(self._directory / _AUTHORITY, pem)
        # Last: with its key it is there whole.
        place_bytes(self._directory / _AUTHORITY_KEY, made.key_pem)

    def _renewed(self, authority: Signed) -> bool:
        names = self._names(authority.certificate)
        if self._is_good(authority, names):
            return False
        leaf = make_leaf(authority, names, self._now)
        place_bytes(self.key_file, leaf.key_pem)
        place_bytes(self.cert_file, leaf.certificate.public_bytes(serialization.Encoding.PEM))
        return True

    def _names(self, authority: x509.Certificate) -> frozenset[str]:
        left = authority.not_valid_after_utc - self._now
        for name in sorted(self.named):
            if not covers(authority, name):
                raise self._unusable(f"it may not vouch for {name}")
        if left < RENEW_BEFORE:
            raise self._unusable("it ends within 30 days")
        return self.named | {name for name in self.found() if covers(authority, name)}

    def _is_good(self, authority: Signed, names: frozenset[str]) -> bool:
        """Return whether the certificate that is there is the authority's, for all, and lasts."""
        try:
            leaf = x509.load_pem_x509_certificate(self.cert_file.read_bytes())
            key = serialization.load_pem_private_key(self.key_file.read_bytes(), None)
            leaf.verify_directly_issued_by(authority.certificate)
        except (OSError, ValueError, TypeError, InvalidSignature):
            return False
        lasts = leaf.not_valid_after_utc - self._now > RENEW_BEFORE
        begun = leaf.not_valid_before_utc <= self._now
        fits = key.public_key() == leaf.public_key()
        return lasts and begun and fits and names_of(leaf) == names

    def _authority(self) -> Signed:
        try:
            pem = (self._directory / _AUTHORITY).read_bytes()
            certificate = x509.load_pem_x509_certificate(pem)
            key_pem = (self._directory / _AUTHORITY_KEY).read_bytes()
            key = serialization.load_pem_private_key(key_pem, None)
        except (OSError, ValueError, TypeError) as error:
            raise self._unusable(str(error)) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise self._unusable("its key is of another kind")
        return Signed(certificate, key)

    def _unusable(self, problem: str) -> ConfigError:
        return ConfigError(
            str(self._directory),
            f"this authority cannot be used: {problem}",
            "Move the directory away for a new one, which each tablet must trust anew",
        )
