"""The console's own authority: made once, for whom it may vouch, and renewed by itself."""

import socket
import ssl
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from logger.errors import ConfigError
from logger.review.tls.authority import covers, make_leaf, names_of
from logger.review.tls.host_names import host_names
from logger.review.tls.kept import DIRECTORY, LOOK_EVERY_S, OwnTls

_NS_PER_DAY = 86_400_000_000_000


@dataclass(slots=True)
class Machine:
    """A mini-PC with names, addresses and a clock that the test sets."""

    data_dir: Path
    named: frozenset[str] = frozenset()
    found: frozenset[str] = frozenset({"localhost", "127.0.0.1", "minipc", "192.168.7.20"})
    now_unix_ns: int = 1_800_000_000_000_000_000
    up_s: float = 0.0
    own: OwnTls = field(init=False)

    def __post_init__(self) -> None:
        self.own = OwnTls(
            self.data_dir,
            "clinic-1",
            self.named,
            lambda: self.found,
            lambda: self.now_unix_ns,
            lambda: self.up_s,
        )

    @property
    def leaf(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.own.cert_file.read_bytes())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A mini-PC that has its certificate."""
    machine = Machine(tmp_path)
    assert machine.own.renew()
    return machine


def test_only_the_owner_reads_what_is_kept(machine: Machine) -> None:
    directory = machine.data_dir / DIRECTORY
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}


def test_the_certificate_is_for_all_names_and_for_less_than_398_days(machine: Machine) -> None:
    leaf = machine.leaf
    assert names_of(leaf) == machine.found
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)
    leaf.verify_directly_issued_by(machine.own.authority)


def test_it_stays_until_it_is_due_and_the_authority_then_too(machine: Machine) -> None:
    before, authority = machine.leaf, machine.own.fingerprint
    machine.now_unix_ns += 366 * _NS_PER_DAY
    assert not machine.own.renew()
    machine.now_unix_ns += 2 * _NS_PER_DAY
    assert machine.own.renew()
    assert machine.leaf.serial_number != before.serial_number
    assert machine.own.fingerprint == authority


def test_another_private_address_is_in_a_new_certificate(machine: Machine) -> None:
    machine.found |= {"10.1.2.3"}
    assert machine.own.renew()
    assert "10.1.2.3" in names_of(machine.leaf)
    machine.found |= {"203.0.113.9"}
    assert not machine.own.renew()


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("minipc", True),
        ("other.local", True),
        ("bank.example", False),
        ("notminipc", False),
        ("192.168.200.1", True),
        ("fd00::1", True),
        ("8.8.8.8", False),
    ],
)
def test_the_authority_vouches_for_this_place_alone(
    machine: Machine, name: str, covered: bool
) -> None:
    assert covers(machine.own.authority, name) == covered


def test_a_name_that_the_authority_may_not_vouch_for_is_refused(machine: Machine) -> None:
    later = Machine(machine.data_dir, frozenset({"console.clinic.example"}))
    with pytest.raises(ConfigError, match=r"may not vouch for console\.clinic\.example"):
        later.own.renew()


def test_a_named_host_is_in_it_from_the_first(tmp_path: Path) -> None:
    machine = Machine(tmp_path, frozenset({"console.clinic.example"}))
    machine.own.renew()
    assert "console.clinic.example" in names_of(machine.leaf)


def test_an_authority_without_its_certificate_is_named(machine: Machine) -> None:
    (machine.data_dir / DIRECTORY / "authority.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises(ConfigError, match="Move the directory away"):
        machine.own.renew()


def test_a_certificate_that_was_cut_off_is_made_anew(machine: Machine) -> None:
    machine.own.cert_file.write_text("nothing", encoding="utf-8")
    assert machine.own.renew()
    assert names_of(machine.leaf) == machine.found


def test_this_host_has_names_and_addresses() -> None:
    assert {"localhost", "127.0.0.1", "::1"} < host_names()


def test_whoever_trusts_the_authority_trusts_the_console_and_gets_its_newest(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path, now_unix_ns=_now_unix_ns())
    machine.own.renew()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(machine.own.cert_file, machine.own.key_file)
    machine.own.keep_fresh(serving)
    trusting = ssl.create_default_context(cadata=machine.own.authority_pem.decode())
    first = _handshake(serving, trusting, "192.168.7.20")
    machine.found |= {"10.1.2.3"}
    machine.up_s += LOOK_EVERY_S
    _handshake(serving, trusting, "192.168.7.20")  # while this one is made, the next is
    assert _handshake(serving, trusting, "10.1.2.3") != first


def test_nobody_believes_the_authority_for_another_place(tmp_path: Path) -> None:
    machine = Machine(tmp_path, now_unix_ns=_now_unix_ns())
    machine.own.renew()
    stolen = make_leaf(
        machine.own._authority(),
        frozenset({"localhost", "bank.example"}),
        datetime.now(UTC),
    )
    machine.own.key_file.write_bytes(stolen.key_pem)
    machine.own.cert_file.write_bytes(stolen.certificate.public_bytes(Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(machine.own.cert_file, machine.own.key_file)
    trusting = ssl.create_default_context(cadata=machine.own.authority_pem.decode())
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        _handshake(serving, trusting, "bank.example")


def _now_unix_ns() -> int:
    return int(datetime.now(UTC).timestamp()) * 1_000_000_000


def _handshake(serving: ssl.SSLContext, trusting: ssl.SSLContext, name: str) -> bytes | None:
    """Return the certificate by which a real client knows the console as ``name``."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            with serving.wrap_socket(theirs, server_side=True) as connection:
                connection.recv(1)
        except OSError:
            theirs.close()  # the client did not trust it

    thread = Thread(target=serve)
    thread.start()
    try:
        with trusting.wrap_socket(ours, server_hostname=name) as connection:
            return connection.getpeercert(binary_form=True)
    finally:
        ours.close()
        thread.join()
