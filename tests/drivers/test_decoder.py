"""The literal frames of PEN_PROTOCOL.md, and what the decoder makes of bad ones."""

import numpy as np
import pytest

from drivers import counters as cause
from drivers.decoder import Decoder
from drivers.encoder import Encoder
from drivers.model import Flag, Message, Pen, PenEvent, SampleRun
from drivers.profile import Profile, find_profile
from tests.support.frames import NPT, accounted, assert_same, joined, make_run, npt_frame

NAN = float("nan")


@pytest.fixture(scope="module")
def npt() -> Profile:
    return find_profile("npt")


def decode(profile: Profile, wire: bytes) -> Message:
    (message,) = Decoder(profile).feed(wire)
    return message


def values(run: SampleRun) -> dict[str, list[float]]:
    return {name.channel: name.values(run.columns[name.channel]).tolist() for name in run.layouts}


def test_identity(npt: Profile) -> None:
    assert decode(npt, NPT["identity"]) == Pen(
        serial="NP-000123",
        model="REF-PEN",
        firmware="1.4.2",
        boot_id=0x1A2B3C4D,
        depth_max_mm=2.5,
        rate_max_hz=150.0,
        sample_period_us=10_000,
        simulated=False,
    )


def test_sample_with_nothing_measured(npt: Profile) -> None:
    run = decode(npt, NPT["sample_stopped"])
    assert isinstance(run, SampleRun)
    assert run.sequence is not None
    assert run.ticks_us is not None
    assert (run.sequence.tolist(), run.ticks_us.tolist()) == ([0], [0])
    assert run.status.tolist() == [Flag.CARTRIDGE_SEATED]
    np.testing.assert_equal(
        values(run),
        {
            "depth_set_mm": [1.5],
            "depth_measured_mm": [NAN],
            "rate_hz": [0.0],
            "rate_set_hz": [116.7],
            "motor_current_ma": [NAN],
            "battery_pct": [NAN],
            "motor_temperature_c": [NAN],
        },
    )


def test_sample_with_everything_measured(npt: Profile) -> None:
    run = decode(npt, NPT["sample_running"])
    assert isinstance(run, SampleRun)
    assert run.sequence is not None
    assert run.ticks_us is not None
    assert (run.sequence.tolist(), run.ticks_us.tolist()) == ([70_000], [4_294_967_290])
    assert run.status.tolist() == [0x0F]
    assert values(run) == {
        "depth_set_mm": [1.5],
        "depth_measured_mm": [1.478],
        "rate_hz": [116.3],
        "rate_set_hz": [116.7],
        "motor_current_ma": [212.0],
        "battery_pct": [87.0],
        "motor_temperature_c": [31.0],
    }


def test_setting(npt: Profile) -> None:
    assert decode(npt, NPT["setting"]) == PenEvent(
        "depth_dial", value=2.0, unit="mm", raw=2000, number=7, ticks_us=1_234_567
    )


def test_cartridge(npt: Profile) -> None:
    assert decode(npt, NPT["cartridge"]) == PenEvent(
        "cartridge",
        text="(01)00850000000017(17)271231(10)L4471",
        ticks_us=2_500_000,
        needle_count=14,
        needle_gauge=33,
    )


@pytest.mark.parametrize(
    ("code", "raw", "event"),
    [
        (2, 1167, ("rate_dial", 116.7, "Hz")),
        (3, 1, ("motor", 1.0, "")),
        (4, 0, ("cartridge_seated", 0.0, "")),
        (5, 17, ("fault", 17.0, "")),
        (6, 2, ("button", 2.0, "")),
    ],
)
def test_every_setting_code(
    npt: Profile, code: int, raw: int, event: tuple[str, float, str]
) -> None:
    body = bytes(8) + bytes([code]) + raw.to_bytes(4, "little", signed=True)
    message = decode(npt, npt_frame(3, body))
    assert isinstance(message, PenEvent)
    assert (message.name, message.value, message.unit, message.raw) == (*event, raw)


def test_text_survives_a_broken_character(npt: Profile) -> None:
    assert decode(npt, npt_frame(0x7F, b"motor \xff ok")) == PenEvent(
        "text", text="motor \ufffd ok"
    )


def test_a_simulated_serial_marks_the_pen(npt: Profile) -> None:
    decoded = bytearray(57)
    decoded[0] = 1
    decoded[21:30] = b"SIM-00001"
    decoded[53] = 1
    pen = decode(npt, npt_frame(1, bytes(decoded)))
    assert isinstance(pen, Pen)
    assert pen.simulated


def refused(profile: Profile, wire: bytes) -> dict[str, int]:
    """Feed a good frame, then ``wire``, and return what was refused."""
    decoder = Decoder(profile)
    decoder.feed(NPT["sample_stopped"])
    assert decoder.feed(wire) == []
    assert accounted(decoder) == decoder.counters.bytes_in
    return decoder.counters.refused


def sample_with(at: int, raw: bytes) -> bytes:
    body = bytearray(bytes.fromhex("0000000000000000dc05ffff00008f04ffffff8008"))
    body[at : at + len(raw)] = raw
    return npt_frame(2, bytes(body))


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        (sample_with(8, b"\x11\x27"), cause.RANGE),  # 10.001 mm set
        (sample_with(8, b"\xff\xff"), cause.RANGE),  # a set depth cannot be absent
        (sample_with(18, b"\x65"), cause.RANGE),  # a battery at 101 %
        (npt_frame(2, bytes(20)), cause.LENGTH),
        (npt_frame(2, bytes(22)), cause.LENGTH),
        (npt_frame(1, b"\x02" + bytes(56)), cause.VERSION),
        (npt_frame(1, b"\x02" + bytes(80)), cause.VERSION),
        (npt_frame(1, b"\x01" + bytes(80)), cause.LENGTH),
        (npt_frame(4, bytes(6 + 65)), cause.LENGTH),
        (npt_frame(4, bytes(6) + b"\xff"), cause.FORMAT),
        (npt_frame(3, bytes(8) + b"\x03\x02\x00\x00\x00"), cause.RANGE),  # motor = 2
        (NPT["sample_running"].replace(b"\x0f", b"\x0e"), cause.CHECKSUM),
        (b"\x05\x01\x00", cause.COBS),
        (bytes([1]) * 200 + b"\0", cause.OVERLONG),
    ],
)
def test_refused_by_cause(npt: Profile, wire: bytes, why: str) -> None:
    assert refused(npt, wire) == {why: 1}


def test_a_frame_of_128_bytes_is_read_and_of_129_is_noise(npt: Profile) -> None:
    longest = npt_frame(0x7F, b"x" * 125)
    assert decode(npt, longest) == PenEvent("text", text="x" * 125)
    assert refused(npt, npt_frame(0x7F, b"x" * 126)) == {cause.OVERLONG: 1}


@pytest.mark.parametrize(
    "wire", [npt_frame(0x05, b"new"), npt_frame(3, bytes(8) + b"\x09" + bytes(4))]
)
def test_what_a_later_version_adds_is_counted_and_kept(npt: Profile, wire: bytes) -> None:
    decoder = Decoder(npt)
    assert decoder.feed(wire) == []
    assert decoder.counters.unknown_types == 1
    assert decoder.counters.unknown_examples == [wire]
    assert decoder.counters.refused == {}


def test_the_first_partial_frame_is_ordinary(npt: Profile) -> None:
    decoder = Decoder(npt)
    (run,) = decoder.feed(NPT["sample_running"][7:] + NPT["sample_running"])
    assert isinstance(run, SampleRun)
    assert decoder.counters.refused == {}
    assert decoder.counters.discarded == {cause.PARTIAL: len(NPT["sample_running"]) - 7}


def test_messages_keep_the_order_of_the_wire(npt: Profile) -> None:
    order = ["sample_stopped", "sample_running", "setting", "sample_running", "identity"]
    messages = Decoder(npt).feed(b"".join(NPT[name] for name in order))
    assert [type(message) for message in messages] == [SampleRun, PenEvent, SampleRun, Pen]
    assert isinstance(messages[0], SampleRun)
    assert len(messages[0]) == 2


def test_a_refused_sample_leaves_its_neighbours(npt: Profile) -> None:
    bad = sample_with(18, b"\xc8")
    decoder = Decoder(npt)
    (run,) = decoder.feed(NPT["sample_stopped"] + bad + NPT["sample_running"])
    assert isinstance(run, SampleRun)
    assert run.sequence is not None
    assert run.sequence.tolist() == [0, 70_000]
    assert decoder.counters.frames_good == 2
    assert decoder.counters.examples == [bad]


@pytest.mark.parametrize("name", ["npt", "npt-line", "template-binary", "template-text"])
@pytest.mark.parametrize("odd_one", [b"", b"\1\0", b"*\r\n"])
def test_frames_read_together_are_those_read_one_by_one(name: str, odd_one: bytes) -> None:
    profile = find_profile(name)
    frames = Encoder(profile).samples(make_run(profile, 12))
    together, apart = Decoder(profile), Decoder(profile)
    wire = [*frames[:5], odd_one, *frames[5:]]
    runs = joined(together.feed(b"".join(wire)))
    assert_same(runs, joined([m for frame in wire for m in apart.feed(frame)]))
    assert together.counters == apart.counters
