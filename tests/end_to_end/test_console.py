"""``needlelog console`` beside a recorder: it listens safely, and ends as it is told."""

import re
import ssl
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.support.authority import Authority
from tests.support.command_line import call
from tests.support.console_process import ConsoleProcess
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text

PASSWORD = "blue kettle on ice"


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[RecorderProcess]:
    """A recorder without a pen."""
    with RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "none")])) as recorder:
        yield recorder


def test_the_printed_code_makes_an_administrator_whose_sign_in_is_an_entry(
    recorder: RecorderProcess,
) -> None:
    with ConsoleProcess(recorder.settings_file) as console:
        form = {"code": console.code(), "account": "anna", "name": "Anna", "password": PASSWORD}
        with httpx.Client(base_url=console.address, follow_redirects=True) as browser:
            _send(browser, "/set-up", form | {"again": PASSWORD})
            page = _send(browser, "/sign-in", {"account": "anna", "password": PASSWORD})
        assert "No session was recorded yet" in page.text
        assert [told.account for told in recorder.payloads("access.signed_in")] == ["anna"]
        code, printed = console.stop()
    assert (code, printed) == (0, "")


def _send(browser: httpx.Client, address: str, form: dict[str, str]) -> httpx.Response:
    token = re.search(r'name="form_token" value="(\w+)"', browser.get(address).text)
    assert token is not None
    return browser.post(address, data=form | {"form_token": token[1]})


def test_with_a_certificate_it_speaks_tls(recorder: RecorderProcess, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.certificate("console")
    given = (f"console.cert_file={cert}", f"console.key_file={key}")
    with ConsoleProcess(recorder.settings_file, *given) as console:
        assert console.address.startswith("https://127.0.0.1:")
        trusted = ssl.create_default_context(cafile=authority.ca_file)
        answer = httpx.get(f"{console.address}sign-in", verify=trusted)
        assert answer.headers["location"] == "/set-up"


def test_with_an_authority_of_its_own_it_serves_the_network_and_says_whom_to_trust(
    recorder: RecorderProcess, tmp_path: Path
) -> None:
    given = ("console.tls=own", "console.host=0.0.0.0")
    with ConsoleProcess(recorder.settings_file, *given) as console:
        port = console.address.rstrip("/").rpartition(":")[2]
        told, code = console.authority(), console.code()
        untrusted = httpx.get(f"https://127.0.0.1:{port}/ca.crt", verify=_blind())
        assert untrusted.headers["content-type"] == "application/x-x509-ca-cert"
        digest = sha256(ssl.PEM_cert_to_DER_cert(untrusted.text)).hexdigest()
        assert told.replace(":", "").lower() == digest
        trusted = ssl.create_default_context(cadata=untrusted.text)
        for host in ("127.0.0.1", "localhost"):
            answer = httpx.get(f"https://{host}:{port}/sign-in", verify=trusted)
            assert answer.headers["location"] == "/set-up"
        assert code
    with ConsoleProcess(recorder.settings_file, *given) as again:
        assert again.authority() == told


def _blind() -> ssl.SSLContext:
    """Return what a tablet does before it trusts the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_without_a_certificate_it_listens_on_loopback_only(recorder: RecorderProcess) -> None:
    settings = ("--config", recorder.settings_file, "--set", "console.host=0.0.0.0")
    answer = call(*settings, "console")
    assert answer.code == 2
    assert "without TLS the console listens on loopback only" in answer.err
    assert "give cert_file and key_file, or host 127.0.0.1" in answer.err


def test_a_certificate_that_is_none_is_named(recorder: RecorderProcess, tmp_path: Path) -> None:
    none = tmp_path / "none.pem"
    none.write_text("nothing", encoding="utf-8")
    files = ("--set", f"console.cert_file={none}", "--set", f"console.key_file={none}")
    answer = call("--config", recorder.settings_file, *files, "console")
    assert answer.code == 2
    assert "console.cert_file, console.key_file: they cannot be used" in answer.err


def test_a_port_that_is_taken_is_named(recorder: RecorderProcess) -> None:
    with ConsoleProcess(recorder.settings_file) as console:
        port = console.address.rstrip("/").rpartition(":")[2]
        settings = ("--config", recorder.settings_file, "--set", f"console.port={port}")
        answer = call(*settings, "console")
    assert answer.code == 2
    assert "Give another console.host or console.port" in answer.err
