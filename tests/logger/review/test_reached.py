"""Which addresses a console tells, by where it listens."""

import pytest

from logger.review.reached import addresses
from logger.review.settings import ConsoleSettings

_ALWAYS = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = _ALWAYS | {"192.168.1.20", "clinic-pc.local", "clinic-pc"}
_OWN = ConsoleSettings(host="0.0.0.0", tls="own", names=("console.clinic.example",))


def test_on_every_network_it_is_reached_by_names_and_numbers() -> None:
    assert addresses(_OWN, "0.0.0.0", 8480, _HOST) == [
        "https://console.clinic.example:8480/",
        "https://clinic-pc:8480/",
        "https://clinic-pc.local:8480/",
        "https://192.168.1.20:8480/",
    ]


def test_on_every_ipv6_network_no_ipv4_number_is_told() -> None:
    assert addresses(_OWN, "::", 8480, _HOST)[1:] == [
        "https://clinic-pc:8480/",
        "https://clinic-pc.local:8480/",
    ]


def test_a_host_with_nothing_but_loopback_is_reached_there() -> None:
    settings = ConsoleSettings(host="0.0.0.0", tls="own")
    assert addresses(settings, "0.0.0.0", 8480, _ALWAYS) == ["https://localhost:8480/"]


@pytest.mark.parametrize(
    ("host", "told"),
    [("127.0.0.1", "http://127.0.0.1:8480/"), ("::1", "http://[::1]:8480/")],
)
def test_one_address_is_told_as_it_is(host: str, told: str) -> None:
    assert addresses(ConsoleSettings(), host, 8480, _HOST) == [told]
