"""A broker that is away, dies, freezes, refuses, or cannot be trusted."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from logger.errors import SinkUnavailable
from logger.sinks.mqtt import MqttSink
from tests.support.authority import Authority
from tests.support.brokered import assert_same_samples, mqtt_sink, once
from tests.support.delivery import Delivery
from tests.support.journaled import ListJournal
from tests.support.mosquitto import Mosquitto, Subscriber


def broker(directory: Path, extra: str = "", listener: str = "") -> Mosquitto:
    return Mosquitto(directory, extra, listener)


def journal_of(blocks: int) -> ListJournal:
    journal = ListJournal()
    for _ in range(blocks):
        journal.append_samples()
    return journal


async def test_a_broker_down_at_boot_gets_everything_later(tmp_path: Path) -> None:
    server, journal = broker(tmp_path), journal_of(10)
    delivery = Delivery(journal, mqtt_sink(server.port))
    async with delivery.running():
        await delivery.state("down")
        assert "no connection to the broker" in delivery.pump.status().error
        server.start()
        await delivery.delivered()
    server.stop()


async def test_a_broker_killed_in_the_middle_misses_nothing(mosquitto: Mosquitto) -> None:
    journal = journal_of(300)
    delivery = Delivery(journal, mqtt_sink(mosquitto.port, window=2, batch_messages=10))
    received = []
    async with delivery.running():
        async with Subscriber(mosquitto.port, "#") as before:
            await before.until(lambda: len(before.payloads("telemetry")) > 20)
            mosquitto.kill()
            await delivery.state("down")
            received += before.payloads("telemetry")
        mosquitto.start()
        async with Subscriber(mosquitto.port, "#") as after:
            await after.until(lambda: {p["position"] for p in after.payloads("telemetry")} >= {300})
            received += after.payloads("telemetry")
    assert_same_samples(once(received), journal.blocks())


async def test_a_broker_that_dies_is_noticed_at_once_even_with_messages_under_way(
    mosquitto: Mosquitto,
) -> None:
    sink = mqtt_sink(mosquitto.port, timeout_s=60.0)
    delivery = Delivery(journal_of(1), sink)
    async with delivery.running():
        await delivery.delivered()
        os.kill(mosquitto.pid, signal.SIGSTOP)
        delivery.journal.append_samples()
        await delivery.state("delivering")
        mosquitto.kill()
        async with asyncio.timeout(10):
            await delivery.state("down")


async def test_a_frozen_broker_is_given_up(mosquitto: Mosquitto) -> None:
    delivery = Delivery(journal_of(1), mqtt_sink(mosquitto.port, timeout_s=0.5))
    async with delivery.running():
        await delivery.delivered()
        os.kill(mosquitto.pid, signal.SIGSTOP)
        delivery.journal.append_samples()
        await delivery.state("down")
        os.kill(mosquitto.pid, signal.SIGCONT)
        await delivery.delivered()


async def test_attempts_at_a_frozen_broker_leave_no_socket_open(mosquitto: Mosquitto) -> None:
    sink = mqtt_sink(mosquitto.port, timeout_s=0.2)
    os.kill(mosquitto.pid, signal.SIGSTOP)
    await failed_attempt(sink)
    before = open_descriptors()
    for _ in range(5):
        await failed_attempt(sink)
    assert open_descriptors() == before
    os.kill(mosquitto.pid, signal.SIGCONT)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def failed_attempt(sink: MqttSink) -> str:
    with pytest.raises(SinkUnavailable) as failure:
        await sink.connect()
    await sink.close(goodbye=False)
    return str(failure.value)


async def test_missing_rights_pause_delivery_and_say_so(tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite needlelog/clinic/bridge/#\n")
    server = broker(tmp_path, f"acl_file {acl}")
    server.start()
    delivery = Delivery(journal_of(1), mqtt_sink(server.port))
    async with delivery.running():
        await delivery.state("down")
        assert "Not authorized" in delivery.pump.status().error
        assert delivery.pump.cursor.position == 0
        assert delivery.waits_s[0] >= 60
        acl.write_text("topic readwrite needlelog/#\n")
        os.kill(server.pid, signal.SIGHUP)
        await delivery.delivered()
    server.stop()
    assert delivery.quarantined == []


@pytest.mark.parametrize(
    ("protocol", "limit", "words"),
    [
        pytest.param("5", "max_packet_size 5000", "no packet over 5000 bytes", id="announced"),
        pytest.param("5", "message_size_limit 5000", "Packet too large", id="refused"),
        pytest.param("3.1.1", "max_packet_size 5000", "closed the connection", id="just hangs up"),
    ],
)
async def test_a_message_too_large_for_the_broker_is_quarantined_and_blocks_no_other(
    tmp_path: Path, protocol: str, limit: str, words: str
) -> None:
    server = broker(tmp_path, limit)
    server.start()
    journal = journal_of(5)
    journal.append_samples(rows=500)
    for _ in range(5):
        journal.append_samples()
    delivery = Delivery(journal, mqtt_sink(server.port, protocol=protocol))
    async with Subscriber(server.port, "#") as subscriber, delivery.running():
        await delivery.delivered()
        await subscriber.until(lambda: len(once(subscriber.payloads("telemetry"))) == 10)
    server.stop()
    assert [item.position for item in delivery.quarantined] == [6]
    assert words in delivery.quarantined[0].reason


async def test_a_wrong_password_is_said_without_showing_it(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("")
    server = broker(tmp_path, f"allow_anonymous false\npassword_file {passwords}")
    server.start()
    sink = mqtt_sink(server.port, username="pen", password="hunter2")
    reason = await failed_attempt(sink)
    server.stop()
    assert "Not authorized" in reason
    assert "hunter2" not in reason


@pytest.fixture
def tls_broker(tmp_path: Path) -> tuple[Mosquitto, Authority]:
    """A broker that shows a certificate and wants one."""
    authority = Authority(tmp_path)
    cert, key = authority.certificate("broker")
    listener = (
        f"cafile {authority.ca_file}\ncertfile {cert}\nkeyfile {key}\n"
        "require_certificate true\nuse_identity_as_username true"
    )
    return broker(tmp_path, listener=listener), authority


async def test_tls_with_a_client_certificate(tls_broker: tuple[Mosquitto, Authority]) -> None:
    server, authority = tls_broker
    server.start()
    cert, key = authority.certificate("needlelog")
    tls = {"ca_file": authority.ca_file, "cert_file": cert, "key_file": key}
    delivery = Delivery(journal_of(3), mqtt_sink(server.port, tls=tls))
    async with delivery.running():
        await delivery.delivered()
    server.stop()


async def test_a_broker_of_another_authority_is_not_trusted(
    tls_broker: tuple[Mosquitto, Authority], tmp_path_factory: pytest.TempPathFactory
) -> None:
    server, _ = tls_broker
    server.start()
    stranger = Authority(tmp_path_factory.mktemp("stranger"), "stranger")
    reason = await failed_attempt(mqtt_sink(server.port, tls={"ca_file": stranger.ca_file}))
    server.stop()
    assert "certificate verify failed" in reason


async def test_a_missing_certificate_file_is_named(tmp_path: Path) -> None:
    sink = mqtt_sink(1, tls={"ca_file": tmp_path / "nowhere.pem"})
    reason = await failed_attempt(sink)
    assert "mqtt.tls.ca_file" in reason and "nowhere.pem" in reason


async def test_a_name_that_does_not_resolve_is_a_sink_that_is_down() -> None:
    sink = mqtt_sink(1883, host="no-such-broker.invalid")
    assert "no connection to the broker" in await failed_attempt(sink)
