"""What is fuzzed: each target takes any bytes and raises where a promise does not hold."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import msgspec

from drivers.decoder import Decoder
from drivers.profile import Profile, find_profile, parse_profile
from logger.command_socket import answer_order
from logger.errors import CommandRefused, JournalError
from logger.journal import kinds
from logger.journal.blocks import check_block, decode_block, encode_block
from logger.recorder.session_desk import SessionDesk
from logger.session.keeper import Keeper, KeeperLimits
from logger.session.orders import AddNote, AnyOrder, KnownPen, Pause, Start, StartSegment
from logger.session.projection import Projection
from tests.support.everything import journal_of_everything
from tests.support.frames import NPT, accounted, make_run, wire_of
from tests.support.wire import host

Target = Callable[[bytes], None]

PEN = "NP-1"
_UNCHECKED = """
name = "unchecked"
title = "Floats, no checksum, no number, no clock"
[framing]
kind = "sync"
sync = "AA 55"
frame_bytes = 14
[checksum]
kind = "none"
[frame.S]
role = "sample"
fields = [
  { type = "f32", byte_order = "big", fills = "depth_set_mm", unit = "mm", absent = "nan" },
  { type = "f64", fills = "rate_hz", unit = "Hz" },
]
"""
PROFILES: Mapping[str, Profile] = {
    name: find_profile(name) for name in ("npt", "npt-line", "template-binary", "template-text")
} | {"unchecked": parse_profile(_UNCHECKED, "unchecked.toml")}


def _decoding(profile: Profile) -> Target:
    longest = profile.framing.max_frame_bytes + 2

    def fed(data: bytes) -> None:
        """Feed ``data``, cut into pieces of a size that its first byte tells."""
        decoder = Decoder(profile)
        size = (data[0] if data else 0) % 64 + 1
        for at in range(1, len(data), size):
            decoder.feed(data[at : at + size])
            assert decoder.buffered <= longest
        assert accounted(decoder) == decoder.counters.bytes_in

    return fed


def _link(profile: Profile) -> Target:
    """Return a target that is one long link: what it does to the next input counts too."""
    longest = profile.framing.max_frame_bytes + 2
    decoder = Decoder(profile)

    def fed(data: bytes) -> None:
        decoder.feed(data)
        assert decoder.buffered <= longest
        assert accounted(decoder) == decoder.counters.bytes_in

    return fed


def _block(payload: bytes) -> None:
    """A payload that is taken for a block says the same when it is written anew."""
    try:
        block = decode_block(payload)
    except JournalError:
        return
    assert check_block(payload) == len(block)
    block.utc_ns()
    for layout in block.layouts:
        layout.values(block.columns[layout.channel])
    try:
        again = encode_block(block)
    except JournalError:
        return
    assert decode_block(again).sequence.tolist() == block.sequence.tolist()


def _payload(data: bytes) -> None:
    """The first byte chooses the kind."""
    names = sorted(kinds.KINDS)
    try:
        payload = kinds.decode(names[(data[0] if data else 0) % len(names)], data[1:])
    except JournalError:
        return
    assert kinds.decode(kinds.kind_of(payload), kinds.encode(payload)) == payload


def _order(line: bytes) -> None:
    """Whatever a line of the command socket says, it gets an answer that can be sent."""
    desk = SessionDesk(
        Projection(),
        Keeper(KeeperLimits(600, 3600)),
        {},
        lambda: {PEN: KnownPen(serial=PEN, linked=True, simulated=False)},
        host,
    )

    async def carried_out(order: str, arguments: dict[str, Any], actor: str) -> Any:
        try:
            drafts = desk.judge(msgspec.convert(arguments, AnyOrder), actor)
        except msgspec.ValidationError as error:
            raise CommandRefused(f"order {order}: {error}") from None
        return [order, *(draft.kind for draft in drafts)]

    msgspec.json.encode(_returned(answer_order(line, "uid:1000", carried_out)))


def _returned(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine that never waits returns, without a loop for it."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    raise AssertionError("it waits")


def _orders() -> list[bytes]:
    orders: list[AnyOrder] = [
        Start(client="C-1", practitioner="dr-b", side="left", zone="anterior-thigh", pen=PEN),
        StartSegment(session="20261122-ab12", side="right", zone="dorsum-of-foot"),
        Pause(session="20261122-ab12"),
        AddNote(session="20261122-ab12", text="erythema even"),
    ]
    return [
        msgspec.json.encode({"order": "session", "arguments": msgspec.to_builtins(one)}) + b"\n"
        for one in orders
    ]


def _payloads() -> list[bytes]:
    names = sorted(kinds.KINDS)
    entries = journal_of_everything().entries
    return [
        bytes([names.index(one.kind)]) + one.payload
        for one in entries
        if one.kind != kinds.SAMPLES and one.payload is not None
    ]


def _blocks() -> list[bytes]:
    entries = journal_of_everything().entries
    return [encode_block(one.block) for one in entries if one.block is not None][:8]


TARGETS: Mapping[str, Target] = {
    **{f"decode-{name}": _decoding(profile) for name, profile in PROFILES.items()},
    "block": _block,
    "payload": _payload,
    "order": _order,
}


def endless(name: str) -> Target:
    """Return the target as a process that runs for years meets it: its state is kept."""
    profile = PROFILES.get(name.removeprefix("decode-"))
    return TARGETS[name] if profile is None else _link(profile)


def seeds(target: str) -> Sequence[bytes]:
    """Return good inputs of a target, for a fuzzer to start from."""
    match target:
        case "block":
            return _blocks()
        case "payload":
            return _payloads()
        case "order":
            return _orders()
    profile = PROFILES[target.removeprefix("decode-")]
    frames = list(NPT.values()) if profile.name == "npt" else []
    return [bytes([7]) + frame for frame in [*frames, wire_of(profile, make_run(profile, 3))]]
