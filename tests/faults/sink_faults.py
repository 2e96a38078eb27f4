"""What can befall a broker and a database, and how it is undone."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.faults.stage import Stage
from tests.support.false_servers import Answer, endless, judging, saying

Deed = Callable[[Stage], object]
_SLOW_BYTES_S = 3000


@dataclass(frozen=True)
class Fault:
    """``begin`` and ``end`` do and undo it to one receiver.

    ``passing`` means that the receiver refuses items for good and the rest goes on: the
    items lie in quarantine afterwards. ``person`` means that only a person can end it, so
    that the recorder asks again once a minute.
    """

    begin: Deed
    end: Deed
    passing: bool = False
    person: bool = False


def _both(*deeds: Deed) -> Deed:
    def do(stage: Stage) -> None:
        for deed in deeds:
            deed(stage)

    return do


def _cut(sink: str) -> Deed:
    """Connections that stand would outlive a change of names and answers."""
    return lambda stage: stage.work(stage.ways[sink].cut())


def _reopened(sink: str, *, expired: bool) -> Deed:
    def do(stage: Stage) -> None:
        stage.close_way(sink)
        stage.open_way(sink, expired=expired)

    return do


def _answering(sink: str, answer: Answer | None) -> Deed:
    def do(stage: Stage) -> None:
        stage.ways[sink].answer = answer

    return _both(do, _cut(sink))


def _slowed(sink: str, rate_bytes_s: int | None) -> Deed:
    def do(stage: Stage) -> None:
        stage.ways[sink].rate_bytes_s = rate_bytes_s

    return do


def _astray(sink: str, answer: Answer, **kind: bool) -> Fault:
    return Fault(_answering(sink, answer), _answering(sink, None), **kind)


def _status(status: int, **kind: bool) -> Fault:
    headers = {"Retry-After": "1"} if status == 429 else {}

    def begin(stage: Stage) -> None:
        stage.shim.answer = (status, headers)

    def end(stage: Stage) -> None:
        stage.shim.answer = None

    return Fault(begin, end, **kind)


def _largest(size: int | None) -> Deed:
    def do(stage: Stage) -> None:
        stage.shim.largest_body = size

    return do


def _of_any(sink: str, other: str) -> dict[str, Fault]:
    """Return what befalls a sink by its network, whatever it speaks."""
    both = ("mqtt", "influx")
    return {
        "half open": Fault(
            lambda stage: stage.network.part(sink), lambda stage: stage.network.join(sink)
        ),
        "slow": Fault(_slowed(sink, _SLOW_BYTES_S), _slowed(sink, None)),
        "certificate expired": Fault(_reopened(sink, expired=True), _reopened(sink, expired=False)),
        "name unknown": Fault(
            _both(lambda stage: stage.know_names(other), _cut(sink)),
            lambda stage: stage.know_names(*both),
        ),
        "silent": _astray(sink, saying()),
        "hangs up": _astray(sink, saying(then_close=True)),
        "says nonsense": _astray(sink, saying(b"\xff\x00 220 mail ready\r\n\r\n")),
    }


BROKER: Mapping[str, Fault] = {
    "killed": Fault(lambda stage: stage.broker.kill(), lambda stage: stage.broker.start()),
    "frozen": Fault(
        lambda stage: stage.broker.send(signal.SIGSTOP),
        lambda stage: stage.broker.send(signal.SIGCONT),
    ),
    **_of_any("mqtt", "influx"),
    "acknowledges what was not sent": _astray("mqtt", judging(0, of=b"", identifier_off_by=7)),
    "unspecified error": _astray("mqtt", judging(0x80)),
    "payload invalid": _astray("mqtt", judging(0x99, of=b"/telemetry"), passing=True),
    "packet too large": _astray("mqtt", judging(0x95, of=b"/telemetry"), passing=True),
    "a packet without end": _astray("mqtt", endless(b"\x20\xff\xff\xff\x7f")),
    "rights denied": Fault(
        lambda stage: stage.grant(telemetry=False),
        lambda stage: stage.grant(telemetry=True),
        person=True,
    ),
    "quota exceeded": _astray("mqtt", judging(0x97), person=True),
}

_HTTP = b"HTTP/1.1 "
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

DATABASE: Mapping[str, Fault] = {
    "killed": Fault(
        _both(lambda stage: stage.database.kill(), lambda stage: stage.close_way("influx")),
        _both(lambda stage: stage.database.start(), lambda stage: stage.open_way("influx")),
    ),
    "frozen": Fault(
        lambda stage: stage.database.send(signal.SIGSTOP),
        lambda stage: stage.database.send(signal.SIGCONT),
    ),
    **_of_any("influx", "mqtt"),
    "answers 429": _status(429),
    "answers 500": _status(500),
    "answers 400": _status(400, passing=True),
    "answers 422": _status(422, passing=True),
    "answers 413": Fault(_largest(600), _largest(None), passing=True),
    "an answer cut short": _astray(
        "influx", saying(_HTTP + b"400 Bad\r\n" + _CHUNKED + b"1000\r\nabc", then_close=True)
    ),
    "an answer without end": _astray("influx", endless(_HTTP + b"500 Oh\r\n" + _CHUNKED)),
    "an error that no UTF-8 holds": _astray(
        "influx",
        saying(_HTTP + b'503 \xff\r\nContent-Length: 20\r\n\r\n{"message":"\\udc80"}'),
    ),
    "answers 401": _status(401, person=True),
    "redirects": _astray(
        "influx",
        saying(_HTTP + b"302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"),
        person=True,
    ),
}

Trouble = Mapping[str, Fault]
"""A fault by the name of the sink that it befalls: one sink, or both."""


def trouble(broker: str | None, database: str | None) -> Trouble:
    """Return the faults of these names, None for a receiver that stays well."""
    found = {}
    if broker is not None:
        found["mqtt"] = BROKER[broker]
    if database is not None:
        found["influx"] = DATABASE[database]
    return found
