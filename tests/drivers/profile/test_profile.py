"""What a good profile compiles to, and formats that the shipped ones do not use."""

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from drivers.counters import CONSTANT, FIELDS, FORMAT, RANGE
from drivers.decoder import Decoder
from drivers.encoder import Encoder
from drivers.model import ColumnLayout, Flag, PenEvent, SampleRun
from drivers.profile import Profile, find_profile, load_profile, parse_profile, shipped_profiles
from drivers.profile.units import exact_text, parse_exact
from tests.support.frames import assert_same, joined, make_run, wire_of

LINE = 'name = "pen"\ntitle = "A pen"\n[framing]\nkind = "line"\n'
SYNC = 'name = "pen"\ntitle = "A pen"\n[framing]\nkind = "sync"\nsync = "AA 55"\n'


def profile_of(head: str, *fields: str, checksum: str = "none") -> Profile:
    text = f'{head}[checksum]\nkind = "{checksum}"\n[frame.S]\nrole = "sample"\n'
    return parse_profile(f"{text}fields = [{', '.join(fields)}]", "pen.toml")


def decoded(profile: Profile, wire: bytes) -> SampleRun:
    return joined(Decoder(profile).feed(wire))


def value(profile: Profile, wire: bytes, channel: str) -> float:
    run = decoded(profile, wire)
    (layout,) = [layout for layout in run.layouts if layout.channel == channel]
    return float(layout.values(run.columns[channel])[0])


def test_npt_says_what_the_recorder_asks() -> None:
    npt = find_profile("npt")
    assert npt.port.baud_rate == 115_200
    assert (npt.sequence_modulus, npt.ticks_modulus_us) == (2**32, 2**32)
    assert npt.sends_identity
    assert npt.flags_known == Flag(31)
    assert npt.layouts[0] == ColumnLayout("depth_set_mm", "µm", 1, 0, 1000)
    assert npt.layouts[2] == ColumnLayout("rate_hz", "0.1 Hz", 1, 0, 10)


def test_a_pen_without_sequence_ticks_and_identity() -> None:
    profile = find_profile("template-text")
    assert profile.sequence_modulus is None
    assert profile.ticks_modulus_us is None
    assert not profile.sends_identity
    assert profile.identify is None
    run = decoded(profile, b"NEEDLE;D=1.50;R=7000;I=--;M=1\r\n")
    assert run.sequence is None
    assert run.ticks_us is None


def test_the_hash_is_of_the_content_not_of_its_layout(tmp_path: Path) -> None:
    original = shipped_profiles()["npt"]
    copy = tmp_path / "npt.toml"
    copy.write_text("# Another comment.\n\n" + original.read_text())
    assert load_profile(copy).hash == load_profile(original).hash
    copy.write_text(original.read_text().replace("115200", "921600"))
    assert load_profile(copy).hash != load_profile(original).hash


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("1/60", Fraction(1, 60)),
        ("0.001", Fraction(1, 1000)),
        (0.1, Fraction(1, 10)),
        (-40, Fraction(-40)),
        ("1e-3", Fraction(1, 1000)),
    ],
)
def test_numbers_are_read_through_their_text(written: object, exact: Fraction) -> None:
    assert parse_exact(written) == exact


@pytest.mark.parametrize(
    ("exact", "text"), [(Fraction(1, 10), "0.1"), (Fraction(1, 60), "1/60"), (Fraction(100), "100")]
)
def test_numbers_are_shown_exactly(exact: Fraction, text: str) -> None:
    assert exact_text(exact) == text


@pytest.mark.parametrize(
    ("unit", "scale", "sent", "hz"),
    [
        ("RPM", "1", 7000, 7000 / 60),
        ("Hz", "0.1", 1167, 116.7),
        ("min^-1", "1", 90, 1.5),
        ("kHz", '"1/1000"', 117, 117.0),
    ],
)
def test_rates_come_out_in_hz_with_one_rounding(
    unit: str, scale: str, sent: int, hz: float
) -> None:
    field = f'{{ type = "int", fills = "rate_hz", unit = "{unit}", scale = {scale} }}'
    assert value(profile_of(LINE, field), b"%d\n" % sent, "rate_hz") == hz


def test_kelvin_becomes_celsius() -> None:
    depth = '{ type = "int", fills = "depth_set_mm", unit = "mm" }'
    field = '{ type = "decimal", decimals = 2, fills = "motor_temperature_c", unit = "K" }'
    profile = profile_of(LINE, depth, field)
    assert value(profile, b"1,300.15\n", "motor_temperature_c") == 27.0


def test_ticks_in_another_unit_come_out_in_microseconds() -> None:
    depth = '{ type = "u16", fills = "depth_set_mm", unit = "µm" }'
    ticks = '{ type = "u32", fills = "ticks", unit = "s", scale = "1/32768" }'
    profile = profile_of(SYNC + "frame_bytes = 8\n", ticks, depth)
    run = decoded(profile, b"\xaa\x55" + struct.pack("<IH", 32_769, 1500))
    assert run.ticks_us is not None
    assert run.ticks_us.tolist() == [1_000_030]
    assert profile.ticks_modulus_us == 2**32 * 1_000_000 // 32_768


def test_a_64_bit_clock_never_overflows() -> None:
    depth = '{ type = "u16", fills = "depth_set_mm", unit = "µm" }'
    ticks = '{ type = "u64", fills = "ticks", unit = "s" }'
    profile = profile_of(SYNC + "frame_bytes = 12\n", ticks, depth)
    assert profile.ticks_modulus_us is not None
    assert profile.ticks_modulus_us <= 2**62
    decoder = Decoder(profile)
    assert decoder.feed(b"\xaa\x55" + struct.pack("<QH", 2**64 - 1, 1500)) == []
    assert decoder.counters.refused == {RANGE: 1}


def test_floats_with_nan_for_absent() -> None:
    fields = (
        '{ type = "f32", byte_order = "big", fills = "depth_set_mm", unit = "mm", absent = "nan" }',
        '{ type = "f64", fills = "rate_hz", unit = "Hz" }',
    )
    profile = profile_of(SYNC + "frame_bytes = 14\n", *fields)
    good = b"\xaa\x55" + struct.pack(">f", 1.5) + struct.pack("<d", 116.7)
    absent = b"\xaa\x55" + struct.pack(">f", float("nan")) + struct.pack("<d", 0.0)
    infinite = b"\xaa\x55" + struct.pack(">f", float("inf")) + struct.pack("<d", 0.0)
    no_rate = b"\xaa\x55" + struct.pack(">f", 1.5) + struct.pack("<d", float("nan"))
    decoder = Decoder(profile)
    run = joined(decoder.feed(good + absent + infinite + no_rate))
    np.testing.assert_array_equal(run.columns["depth_set_mm"], [1.5, np.nan])
    np.testing.assert_array_equal(run.columns["rate_hz"], [116.7, 0.0])
    assert decoder.counters.refused == {RANGE: 2}
    assert b"".join(Encoder(profile).samples(run)) == good + absent


def test_a_signalling_nan_is_a_nan() -> None:
    """Found by the fuzzer: numpy warned of an invalid cast."""
    depth = (
        '{ type = "f32", byte_order = "big", fills = "depth_set_mm", unit = "mm", absent = "nan" }'
    )
    profile = profile_of(SYNC + "frame_bytes = 6\n", depth)
    run = decoded(profile, b"\xaa\x55" + b"\x7f\xa0\x00\x00")
    np.testing.assert_array_equal(run.columns["depth_set_mm"], [np.nan])


def test_bits_move_to_their_flags() -> None:
    depth = '{ type = "u16", fills = "depth_set_mm", unit = "µm" }'
    low = '{ type = "u8", fills = "status", bits = { 7 = "motor_on", 0 = "fault" } }'
    high = '{ type = "u16", fills = "status", bits = { 15 = "contact" } }'
    profile = profile_of(SYNC + "frame_bytes = 7\n", depth, low, high)
    run = decoded(profile, b"\xaa\x55" + struct.pack("<HBH", 1500, 0x81, 0x8000))
    assert run.status.tolist() == [Flag.MOTOR_ON | Flag.FAULT | Flag.CONTACT]
    assert profile.flags_known == Flag.MOTOR_ON | Flag.FAULT | Flag.CONTACT
    sent = make_run(profile, 50)
    assert_same(decoded(profile, wire_of(profile, sent)), sent)


@pytest.mark.parametrize("counts", ["frame", "rest", "payload"])
@pytest.mark.parametrize("checksum", ["crc-8/smbus", "crc-16/ibm-3740", "crc-32/iso-hdlc"])
def test_what_the_length_counts(counts: str, checksum: str) -> None:
    head = (
        SYNC + f'length = {{ offset = 2, type = "u16", byte_order = "big", counts = "{counts}" }}\n'
    )
    field = '{ type = "u16", fills = "depth_set_mm", unit = "µm" }'
    profile = profile_of(head, field, checksum=checksum)
    sent = make_run(profile, 20)
    frames = Encoder(profile).samples(sent)
    size = profile.checksum.size
    told = {"frame": 6 + size, "rest": 2 + size, "payload": 2}[counts]
    assert frames[0][2:4] == told.to_bytes(2, "big")
    assert_same(decoded(profile, b"".join(frames)), sent)


def test_a_crc_on_a_line_stands_in_hex() -> None:
    field = '{ type = "int", fills = "depth_set_mm", unit = "µm" }'
    profile = profile_of(LINE + 'start = "!"\n', field, checksum="crc-16/modbus")
    run = make_run(profile, 3)
    wire = wire_of(profile, run)
    assert wire.startswith(b"!")
    assert wire.split(b"\n")[0][-5:-4] == b"*"
    assert_same(decoded(profile, wire), run)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"1.5,8\n", CONSTANT),
        (b"1.234,7\n", FORMAT),
        (b" 1.50,7\n", FORMAT),
        (b"+1.50,7\n", FORMAT),
        (b"1.50,\n", FORMAT),
        (b"1.50\n", FIELDS),
        (b"1.50,7,\n", FIELDS),
        (b"99.50,7\n", RANGE),
    ],
)
def test_text_is_taken_to_the_letter(line: bytes, why: str) -> None:
    depth = '{ type = "decimal", decimals = 2, fills = "depth_set_mm", unit = "mm" }'
    profile = profile_of(LINE, depth, '{ type = "int", equals = 7 }')
    decoder = Decoder(profile)
    decoder.feed(b"1.50,7\n")
    decoder.feed(line)
    assert decoder.counters.refused == {why: 1}
    assert decoder.counters.frames_good == 1


def test_a_foreign_setting_in_rpm_becomes_hz() -> None:
    event = PenEvent("rate_dial", value=117.0, unit="Hz", raw=7020, ticks_us=1_500_000)
    profile = find_profile("template-binary")
    wire = Encoder(profile).event(event)
    assert wire is not None
    assert Decoder(profile).feed(wire) == [event]
