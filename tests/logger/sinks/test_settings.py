"""What a clinic may write of broker and database, and what not."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from logger.errors import ConfigError
from logger.sinks.settings import InfluxSettings, MqttSettings, TlsSettings
from logger.sinks.tls import tls_context
from tests.support.authority import Authority

MQTT = {"host": "broker"}
INFLUX = {"url": "http://db:8086", "bucket": "needlelog"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "x"}, "needs a username"),
        ({"port": 0}, "port"),
        ({"protocol": "4"}, "protocol"),
        ({"base_topic": "a/#"}, "base_topic"),
        ({"base_topic": "/a"}, "base_topic"),
        ({"tls": {"cert_file": "c.pem"}}, "belong together"),
        ({"hsot": "x"}, "hsot"),
    ],
)
def test_a_broker_that_cannot_be_meant_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        MqttSettings.model_validate(MQTT | wrong)


@pytest.mark.parametrize(
    "url", ["db:8086", "ftp://db", "http://user:secret@db", "http://db?x=1", "http://"]
)
def test_an_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        InfluxSettings.model_validate(INFLUX | {"url": url})


def test_secrets_do_not_show() -> None:
    mqtt = MqttSettings.model_validate(MQTT | {"username": "u", "password": "hunter2"})
    influx = InfluxSettings.model_validate(INFLUX | {"token": "hunter2"})
    assert "hunter2" not in f"{mqtt!r} {influx!r} {mqtt.model_dump_json()}"


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("nonsense")
    with pytest.raises(ConfigError, match=r"influx\.tls\.ca_file .*ca\.pem"):
        tls_context(TlsSettings(ca_file=nonsense), "influx.tls")


def test_a_key_that_is_not_the_certificates_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, _ = authority.certificate("one")
    _, key = authority.certificate("two")
    with pytest.raises(ConfigError, match=r"mqtt\.tls\.cert_file"):
        tls_context(TlsSettings(cert_file=cert, key_file=key), "mqtt.tls")
