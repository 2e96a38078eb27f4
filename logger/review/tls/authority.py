"""A certificate authority of the console's own, and the certificates that it signs.

ECDSA on P-256, which every browser takes. The authority may vouch for the names of this host
and for addresses of private networks alone, so that its key is worth nothing elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LASTS = timedelta(days=3650)
LEAF_LASTS = timedelta(days=397)
"""With the day before it begins, browsers' limit of 398 days."""
_BEFORE = timedelta(days=1)
_PRIVATE = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
_LOCAL_DOMAINS = ("localhost", "local")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def key_pem(self) -> bytes:
        """The key, in plain."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def make_authority(site: str, names: frozenset[str], now: datetime) -> Signed:
    """Return a new authority that may vouch for ``names`` and all private addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(f"needlelog {site} authority")
    builder = (
        _begun(subject, subject, key.public_key(), now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
    )
    return Signed(builder.sign(key, hashes.SHA256()), key)


def make_leaf(authority: Signed, names: frozenset[str], now: datetime) -> Signed:
    """Return a new certificate for ``names``, which ends no later than its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    lasts = min(LEAF_LASTS, issuer.not_valid_after_utc - now)
    own_key = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_key)
    builder = (
        _begun(_subject("needlelog console"), issuer.subject, key.public_key(), now, lasts)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issued_by, critical=False)
        .add_extension(x509.SubjectAlternativeName(_general(names)), critical=False)
    )
    return Signed(builder.sign(authority.key, hashes.SHA256()), key)


def names_of(leaf: x509.Certificate) -> frozenset[str]:
    """Return the names and addresses that a certificate is for."""
    told = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return frozenset(str(one.value) for one in told)


def covers(authority: x509.Certificate, name: str) -> bool:
    """Return whether the authority may vouch for a name or address."""
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [one.value for one in constraints.permitted_subtrees or ()]
    address = address_of(name)
    if address is not None:
        networks = [one for one in permitted if not isinstance(one, str)]
        return any(address in one for one in networks if one.version == address.version)
    return any(name == one or name.endswith(f".{one}") for one in permitted if isinstance(one, str))


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate as browsers and tablets show it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def address_of(name: str) -> Address | None:
    """Return the address that ``name`` is, None for a host's name."""
    try:
        return ip_address(name)
    except ValueError:
        return None


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _permitted(names: frozenset[str]) -> list[x509.GeneralName]:
    hosts = sorted({*_LOCAL_DOMAINS, *(name for name in names if address_of(name) is None)})
    told = [address for name in names if (address := address_of(name)) is not None]
    networks = [ip_network(one) for one in _PRIVATE]
    networks += [ip_network(one) for one in told if not any(one in net for net in networks)]
    return [*(x509.DNSName(one) for one in hosts), *(x509.IPAddress(one) for one in networks)]


def _general(names: frozenset[str]) -> list[x509.GeneralName]:
    told = [(name, address_of(name)) for name in sorted(names)]
    return [
        x509.DNSName(name) if address is None else x509.IPAddress(address) for name, address in told
    ]


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
