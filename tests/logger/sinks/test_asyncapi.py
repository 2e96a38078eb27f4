"""config/asyncapi.yaml describes every message that a real broker receives, and no other."""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no annotations
import msgspec
import pytest
import yaml  # type: ignore[import-untyped]  # ships no annotations

from logger.sinks.present import PenPresent, Present, SessionPresent
from tests.support.brokered import mqtt_sink
from tests.support.delivery import Delivery
from tests.support.everything import SESSION, journal_of_everything
from tests.support.journaled import EPOCH_US
from tests.support.mosquitto import Mosquitto, Subscriber

PRESENT = Present(
    {
        "NP-1": PenPresent(
            True, SessionPresent(SESSION, "left", "lateral-thigh", "paused", EPOCH_US * 1000)
        ),
        "NP-2": PenPresent(False),
    }
)


@pytest.fixture(scope="module")
def document() -> Any:
    return yaml.safe_load(files("config").joinpath("asyncapi.yaml").read_text(encoding="utf-8"))


def channel_of(document: Any, topic: str) -> str:
    """Return the name of the one channel to which ``topic`` belongs."""
    names: list[str] = [
        name
        for name, channel in document["channels"].items()
        if re.fullmatch(
            channel["address"].replace("{base}", "needlelog/clinic").replace("{pen}", "[^/]+"),
            topic,
        )
    ]
    assert len(names) == 1, topic
    return names[0]


def schema_of(document: Any, channel: str) -> dict[str, Any]:
    """Return the payload's schema, whose references lead into the whole document."""
    (message,) = document["channels"][channel]["messages"].values()
    payload = resolve(document, resolve(document, message)["payload"])
    return {**payload, "components": document["components"]}


def resolve(document: Any, node: Any) -> Any:
    while "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def references(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


async def test_every_real_message_is_as_described_and_every_channel_is_real(
    mosquitto: Mosquitto, document: Any
) -> None:
    journal = journal_of_everything()
    delivery = Delivery(journal, mqtt_sink(mosquitto.port, lambda: PRESENT))
    async with Subscriber(mosquitto.port, "#") as subscriber:
        async with delivery.running():
            await delivery.delivered()
        await subscriber.until(lambda: len(subscriber.payloads("bridge/state")) == 2)
    seen = set()
    for message in subscriber.messages:
        channel = channel_of(document, message.topic.value)
        payload = msgspec.json.decode(bytes(message.payload))
        jsonschema.validate(payload, schema_of(document, channel), jsonschema.Draft7Validator)
        seen.add(channel)
    assert seen == set(document["channels"])


def test_every_reference_leads_somewhere(document: Any) -> None:
    for node in references(document):
        assert resolve(document, node)


def test_every_schema_is_one(document: Any) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft7Validator.check_schema(schema)


def test_the_service_only_sends(document: Any) -> None:
    assert {operation["action"] for operation in document["operations"].values()} == {"send"}


def test_a_payload_with_anything_more_is_refused(document: Any) -> None:
    schema = schema_of(document, "session")
    jsonschema.validate({"schema": 1, "state": "none"}, schema, jsonschema.Draft7Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {"schema": 1, "state": "none", "client": "x"}, schema, jsonschema.Draft7Validator
        )
