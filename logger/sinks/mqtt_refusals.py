"""What a broker's refusals mean for the message and for the connection."""

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from logger.errors import SinkRejected, SinkUnavailable

REFUSED_RETRY_S = 60.0
FAILURE = 0x80
"""Reason codes from here on say that a packet was not accepted."""

_MESSAGE_AT_FAULT = frozenset({0x90, 0x95, 0x99})
"""Topic name invalid, packet too large, payload format invalid: trying again is no use."""
_PERSON_MUST_ACT = frozenset({0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C, 0x97})
"""Version, client id, credentials, rights, ban, method, quota: no use to try again soon."""


def unavailable(error: BaseException) -> SinkUnavailable:
    """Return the error for a connection that failed or ended, without secrets."""
    if isinstance(error, aiomqtt.MqttCodeError) and isinstance(error.rc, ReasonCode):
        if error.rc.value == FAILURE:
            # What paho says where the broker said nothing.
            return SinkUnavailable("the connection to the broker was lost")
        wait_s = REFUSED_RETRY_S if error.rc.value in _PERSON_MUST_ACT else None
        return SinkUnavailable(f"the broker says: {error.rc}", wait_s)
    return SinkUnavailable(f"no connection to the broker: {error or type(error).__name__}")


def refusal_of(code: int) -> SinkRejected | SinkUnavailable:
    """Return what the reason code of a PUBACK, 128 or more, says of a message."""
    if code in _MESSAGE_AT_FAULT:
        return SinkRejected(f"the broker refuses the message: {_words(code)}")
    wait_s = REFUSED_RETRY_S if code in _PERSON_MUST_ACT else None
    return SinkUnavailable(f"the broker refuses to take messages: {_words(code)}", wait_s)


def _words(code: int) -> str:
    """Return what a reason code means; brokers also use those of other packets."""
    for packet in (PacketTypes.PUBACK, PacketTypes.DISCONNECT):
        try:
            return str(ReasonCode(packet, identifier=code))
        except (KeyError, ValueError):
            continue
    return f"reason code {code}"
