"""A signed head reaches broker and database so that anyone there can verify it with OpenSSH."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from logger.archive.keys import InstallationKey
from logger.archive.ssh_signature import HEAD_NAMESPACE
from logger.journal import kinds
from logger.journal.quarantine import Quarantined
from logger.sinks.allow import public_event
from tests.support import ssh_keygen
from tests.support.brokered import mqtt_sink
from tests.support.databased import influx_sink
from tests.support.delivery import Delivery
from tests.support.everything import signed_head
from tests.support.journaled import EPOCH_US, ListJournal
from tests.support.mosquitto import Mosquitto, Subscriber
from tests.support.readback import ReadBack, Target

KEY = InstallationKey.generate()
TOPIC = "needlelog/clinic/bridge/head"


def real_head(**values: Any) -> kinds.HeadSigned:
    """Return a head that KEY signed."""
    head = signed_head(key=KEY.fingerprint, **values)
    signature = KEY.sign(head.signed_bytes(), HEAD_NAMESPACE)
    return msgspec.structs.replace(head, signature=signature)


def journal_with_heads(*heads: kinds.HeadSigned) -> ListJournal:
    journal = ListJournal()
    for head in heads:
        journal.append_samples()
        journal.append(head, "")
    journal.append_samples()
    return journal


async def test_the_newest_head_is_retained_and_every_head_is_heard(mosquitto: Mosquitto) -> None:
    heads = [real_head(position=1), real_head(position=3)]
    delivery = Delivery(journal_with_heads(*heads), mqtt_sink(mosquitto.port))
    async with Subscriber(mosquitto.port, TOPIC) as live, delivery.running():
        await delivery.delivered()
        await live.until(lambda: len(live.messages) == 2)
    async with Subscriber(mosquitto.port, TOPIC) as late:
        await late.until(lambda: bool(late.messages))
    assert [one["head_position"] for one in live.payloads("head")] == [1, 3]
    (newest,) = late.payloads("head")
    assert (newest["head_position"], newest["position"]) == (3, 4)
    assert late.messages[0].retain
    assert delivery.quarantined == []


async def test_telemetry_around_a_head_is_not_retained(mosquitto: Mosquitto) -> None:
    delivery = Delivery(journal_with_heads(real_head()), mqtt_sink(mosquitto.port))
    async with delivery.running():
        await delivery.delivered()
    async with Subscriber(mosquitto.port, "needlelog/#") as late:
        await late.until(lambda: len(late.messages) >= 2)
    topics = {message.topic.value for message in late.messages}
    assert topics == {TOPIC, "needlelog/clinic/bridge/state"}


async def test_a_subscriber_verifies_a_head_with_openssh_alone(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    delivery = Delivery(journal_with_heads(real_head()), mqtt_sink(mosquitto.port))
    async with delivery.running():
        await delivery.delivered()
    async with Subscriber(mosquitto.port, TOPIC) as late:
        await late.until(lambda: bool(late.messages))
    (told,) = late.payloads("head")
    data = told["signed"].encode()
    said = ssh_keygen.verify(tmp_path, KEY.public_line, HEAD_NAMESPACE, data, told["signature"])
    assert said.returncode == 0, said.stderr
    signed = msgspec.json.decode(data)
    for name in ("journal", "chain_hash", "tree_size", "tree_root", "key"):
        assert told[name] == signed[name]
    assert told["head_position"] == signed["position"]


async def test_a_head_that_was_refused_is_retained_when_offered_again(
    mosquitto: Mosquitto,
) -> None:
    sink = mqtt_sink(mosquitto.port)
    await sink.connect()
    refused = Quarantined("mqtt", 2, f'{TOPIC} {{"schema":1}}'.encode(), "too large")
    assert await sink.retry([refused]) == []
    await sink.close(goodbye=True)
    async with Subscriber(mosquitto.port, TOPIC) as late:
        await late.until(lambda: bool(late.messages))
    assert late.messages[0].retain


async def test_a_head_is_a_point_that_can_be_verified(
    influx_target: Target, read_back: ReadBack, tmp_path: Path
) -> None:
    head = real_head(journal=InstallationKey.generate().blob.hex()[-32:])
    delivery = Delivery(journal_with_heads(head), influx_sink(influx_target))
    async with delivery.running():
        await delivery.delivered()
    assert delivery.quarantined == []
    (point,) = await read_back.points("journal_head", head.journal, "journal")
    assert point.tags == {"journal": head.journal, "site": "clinic"}
    assert point.time_ns == EPOCH_US * 1000 + 2
    fields = point.fields
    assert (fields["head_position"], fields["position"], fields["tree_size"]) == (7, 2, 2)
    assert (fields["chain_hash"], fields["key"]) == (head.chain_hash, KEY.fingerprint)
    armoured = (
        f"-----BEGIN SSH SIGNATURE-----\n{fields['signature']}\n-----END SSH SIGNATURE-----\n"
    )
    data = str(fields["signed"]).encode()
    said = ssh_keygen.verify(tmp_path, KEY.public_line, HEAD_NAMESPACE, data, armoured)
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("field", ["journal", "chain_hash", "tree_root", "key", "signature"])
def test_a_head_with_words_in_it_goes_nowhere(field: str) -> None:
    told = public_event(ListJournal().append(signed_head(**{field: "Mrs. Smith"}), ""))
    assert told is None
