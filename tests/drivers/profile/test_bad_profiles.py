"""Every way in which a person can get a profile wrong: file, key, problem and mend."""

from pathlib import Path

import pytest

from drivers.errors import ConfigError
from drivers.profile import find_profile, load_profile, parse_profile

LINE = 'name = "pen"\ntitle = "A pen"\n[framing]\nkind = "line"\n'
SYNC = 'name = "pen"\ntitle = "A pen"\n[framing]\nkind = "sync"\nsync = "AA 55"\n'
COBS = (
    'name = "pen"\ntitle = "A pen"\n[framing]\nkind = "cobs"\n[checksum]\nkind = "crc-16/modbus"\n'
)
DEPTH = '{ type = "u16", fills = "depth_set_mm", unit = "µm" }'


def sample(*fields: str, head: str = COBS, rest: str = "") -> str:
    listed = ",\n".join(fields)
    return f'{head}[frame.S]\nrole = "sample"\nfields = [{listed}]\n{rest}'


def text_sample(field: str) -> str:
    return sample(field, head=LINE)


BAD = [
    # What a single key says.
    ("name = ", ":1", "This is no TOML"),
    ('name = "pen"\nname = "pen"\n', ":2", "This is no TOML"),
    ('title = "A pen"\n', ": name", "missing"),
    (sample(DEPTH).replace('"pen"', '"My Pen"'), ": name", "pattern"),
    (sample(DEPTH).replace('title = "A pen"', "title = 3"), ": title", "string"),
    ("colour = 1\n" + sample(DEPTH), ": colour", "No such key"),
    (sample(DEPTH, rest="[port]\nbaud_rate = 0"), ": port.baud_rate", "greater"),
    (sample(DEPTH, rest='[port]\nbaud_rate = "9600"'), ": port.baud_rate", "integer"),
    (sample(DEPTH, rest="[port]\nstop_bits = 3"), ": port.stop_bits", "no stop bits"),
    (sample(DEPTH, rest='[port]\nparity = "even"'), ": port.parity", "'N'"),
    (sample(DEPTH, rest="[[usb]]\npid = 1"), ": usb.#1.vid", "missing"),
    (sample(DEPTH, rest='[[usb]]\nvid = 1\nserial = "("'), ": usb.#1.serial", "regular expression"),
    (sample(DEPTH).replace('"cobs"', '"slip"'), ": framing", "slip"),
    (sample(DEPTH).replace("[checksum]", "speed = 1\n[checksum]"), ": framing.speed", "such key"),
    (sample(DEPTH, head=SYNC.replace("AA 55", "A")), ": framing.sync", "hex"),
    (sample('{ type = "u16", fills = "depth_set_mm", unit = "µm", scale = "x" }'),
     ": frame.S.fields.depth_set_mm.scale", "no number"),
    (sample('{ type = "u16", fills = "depth_set_mm", unit = "µm", colour = 1 }'),
     ": frame.S.fields.depth_set_mm.colour", "No such key"),
    (sample('{ name = "depth", fills = "depth_set_mm", unit = "µm" }'),
     ": frame.S.fields.depth.type", "missing"),
    (sample(DEPTH).replace('"sample"', '"samples"'), ": frame.S.role", "'sample'"),
    # Framing, types and checksum.
    (sample(DEPTH).replace("modbus", "modbuss"), ": checksum.kind", "No checksum"),
    (sample(DEPTH).replace("crc-16/modbus", "xor-hex"), ": checksum.kind", "lines of text"),
    (sample(DEPTH).replace("crc-16/modbus", "none"), ": checksum.kind", "noise"),
    (sample(DEPTH, head=SYNC), ": framing.length", "length"),
    (sample(DEPTH, head=SYNC + 'length = { offset = 1, counts = "frame" }\n'),
     ": framing.length.offset", "sync word"),
    (sample(DEPTH, head=SYNC + 'length = { offset = 2, counts = "frame", min = 9, max = 3 }\n'),
     ": framing.length.max", "below"),
    (sample(DEPTH, head=SYNC + "frame_bytes = 9\n"), ": frame.S.fields", "9"),
    (sample(DEPTH, head=SYNC + "frame_bytes = 4\npayload_offset = 1\n"),
     ": framing.payload_offset", "header"),
    (sample('{ type = "char[300]" }', DEPTH), ": frame.S.fields", "max_frame_bytes"),
    (sample(DEPTH, rest=f'[frame.T]\nrole = "text"\nfields = [{DEPTH}]'),
     ": frame.S.type", "missing"),
    (sample(DEPTH) .replace('role', 'type = 300\nrole'), ": frame.S.type", "no type byte"),
    (sample(DEPTH).replace('role', 'type = "PNPT"\nrole'), ": frame.S.type", "no type byte"),
    (text_sample('{ type = "int", fills = "depth_set_mm", unit = "µm" }').replace(
        'role', 'type = 2\nrole'), ": frame.S.type", "first word"),
    (sample(DEPTH, head=SYNC + "frame_bytes = 5\n").replace('role', 'type = 2\nrole'),
     ": framing.type_offset", "type byte"),
    (sample(DEPTH).replace('"crc-16/modbus"', '"crc-16/modbus"\ncovers_from = 2'),
     ": checksum.covers_from", "covers nothing"),
    (text_sample('{ type = "int", fills = "depth_set_mm", unit = "µm" }').replace(
        "[frame.S]", '[checksum]\nkind = "xor-hex"\ncovers_from = 1\n[frame.S]'),
     ": checksum.covers_from", "means nothing"),
    # Fields.
    (sample(DEPTH, '{ type = "char[2]", equals = 7 }'), ": frame.S.fields.#2.equals", "cannot"),
    (sample(DEPTH, '{ type = "char[2]", range = [0, 1] }'), ": frame.S.fields.#2.range", "nothing"),
    (sample('{ type = "u24", fills = "depth_set_mm", unit = "µm" }'),
     ": frame.S.fields.depth_set_mm.type", "no type"),
    (sample('{ type = "u16", fills = "depth", unit = "µm" }'),
     ": frame.S.fields.depth.fills", "no 'depth'"),
    (sample('{ type = "u16", fills = "depth_set_mm" }'),
     ": frame.S.fields.depth_set_mm.unit", "missing"),
    (sample('{ type = "u16", fills = "depth_set_mm", unit = "Hz" }'),
     ": frame.S.fields.depth_set_mm.unit", "no unit for this"),
    (sample('{ type = "u16", fills = "depth_set_mm", unit = "µm", scale = 0 }'),
     ": frame.S.fields.depth_set_mm.scale", "scale of 0"),
    (sample('{ type = "u16", fills = "depth_set_mm", unit = "µm", range = [3, 0] }'),
     ": frame.S.fields.depth_set_mm.range", "reversed"),
    (sample('{ type = "u16", fills = "depth_set_mm", unit = "µm", range = [0, 30] }'),
     ": frame.S.fields.depth_set_mm.range", "beyond"),
    (sample('{ type = "u8", fills = "depth_set_mm", unit = "µm", range = [2, 3] }'),
     ": frame.S.fields.depth_set_mm.range", "No value"),
    (sample('{ type = "u8", fills = "depth_set_mm", unit = "µm", absent = 300 }'),
     ": frame.S.fields.depth_set_mm.absent", "absent"),
    (sample('{ type = "f32", fills = "depth_set_mm", unit = "µm", absent = 0 }'),
     ": frame.S.fields.depth_set_mm.absent", "absent"),
    (sample('{ type = "u16", fills = "depth_set_mm", unit = "µm", bits = { 0 = "fault" } }'),
     ": frame.S.fields.depth_set_mm.bits", "means nothing"),
    (sample(DEPTH, '{ type = "i32", fills = "sequence" }'),
     ": frame.S.fields.sequence.type", "count up"),
    (sample(DEPTH, '{ type = "u32", fills = "ticks" }'),
     ": frame.S.fields.ticks.unit", "missing"),
    (sample(DEPTH, '{ type = "u32", fills = "ticks", unit = "s", scale = "1/3" }'),
     ": frame.S.fields.ticks.modulus", "whole number"),
    (sample(DEPTH, '{ type = "f32", fills = "status" }'),
     ": frame.S.fields.status.type", "whole number"),
    (sample(DEPTH, '{ type = "u8", fills = "status", bits = { 9 = "fault" } }'),
     ": frame.S.fields.status.bits.9", "no bit"),
    (sample(DEPTH, '{ type = "u8", fills = "status", bits = { 1 = "broken" } }'),
     ": frame.S.fields.status.bits.1", "no status bit"),
    (sample(DEPTH, '{ type = "u8", fills = "status", bits = { 1 = "fault", 2 = "fault" } }'),
     ": frame.S.fields.status.bits.2", "already"),
    (sample(DEPTH, '{ type = "u8", equals = 256 }'), ": frame.S.fields.#2.equals", "cannot equal"),
    (sample(DEPTH, DEPTH), ": frame.S.fields.depth_set_mm.fills", "already"),
    (sample(DEPTH, '{ type = "u8", name = "pad", at = 1 }'), ": frame.S.fields.pad.at", "overlaps"),
    (sample('{ type = "utf8-rest" }', DEPTH), ": frame.S.fields.#1.type", "all that is left"),
    (sample(DEPTH, '{ type = "utf8-rest" }'), ": frame.S.fields.#2.type", "fixed length"),
    (sample('{ type = "u8", fills = "battery_pct", unit = "%" }'), ": frame.S.fields", "depth or"),
    (text_sample('{ type = "u16", fills = "depth_set_mm", unit = "µm" }'),
     ": frame.S.fields.depth_set_mm.type", "no type"),
    (text_sample('{ type = "int", fills = "depth_set_mm", unit = "µm", at = 3 }'),
     ": frame.S.fields.depth_set_mm.at", "means nothing"),
    (text_sample('{ type = "int", fills = "depth_set_mm", unit = "µm", decimals = 3 }'),
     ": frame.S.fields.depth_set_mm.decimals", "means nothing"),
    (text_sample('{ type = "int", fills = "depth_set_mm", unit = "µm", absent = 3 }'),
     ": frame.S.fields.depth_set_mm.absent", "absent"),
    (text_sample('{ type = "int", fills = "sequence" }'),
     ": frame.S.fields.sequence.modulus", "starts again"),
    # Frames.
    (sample(DEPTH).replace('"sample"', '"text"'), ": frame.S.fields.depth_set_mm.fills", "no"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "problem"), BAD)
def test_refused_with_key_problem_and_mend(text: str, key: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_profile(text, "pen.toml")
    assert caught.value.place.startswith(f"pen.toml{key}")
    assert problem in caught.value.problem
    assert caught.value.mend


TYPED = (
    COBS
    + """
[frame.S]
type = 1
role = "sample"
fields = [{ type = "u16", fills = "depth_set_mm", unit = "µm" }]
"""
)


@pytest.mark.parametrize(
    ("frames", "key", "problem"),
    [
        ('[frame.T]\nrole = "text"\nfields = [{ type = "utf8-rest", fills = "text" }]',
         "frame.T.type", "missing"),
        ('[frame.T]\ntype = 1\nrole = "text"\nfields = [{ type = "utf8-rest", fills = "text" }]',
         "frame.T.type", "has this type already"),
        ('[frame.T]\ntype = 2\nrole = "text"\nfields = [{ type = "u8" }]',
         "frame.T.fields", "without text"),
        ('[frame.T]\ntype = 2\nrole = "text"\nfields = [{ type = "u8", fills = "text" }]',
         "frame.T.fields.text.type", "cannot be read from"),
        ('[frame.I]\ntype = 2\nrole = "identity"\nfields = [{ type = "u8", fills = "boot_id" }]',
         "frame.I.fields", "without serial"),
        ('[frame.E]\ntype = 2\nrole = "setting"\nfields = [{ type = "u8", fills = "code" },'
         '{ type = "u8", fills = "value" }]', "frame.E.codes", "No code"),
        ('[frame.E]\ntype = 2\nrole = "setting"\nfields = [{ type = "u8", fills = "code" },'
         '{ type = "u8", fills = "value" }]\n[frame.E.codes]\n1 = { name = "mood" }',
         "frame.E.codes.1.name", "no setting"),
        ('[frame.E]\ntype = 2\nrole = "setting"\nfields = [{ type = "u8", fills = "code" },'
         '{ type = "u8", fills = "value" }]\n[frame.E.codes]\n1 = { name = "depth_dial" }',
         "frame.E.codes.1.unit", "missing"),
        ('[frame.E]\ntype = 2\nrole = "setting"\nfields = [{ type = "u8", fills = "code" },'
         '{ type = "u8", fills = "value" }]\n[frame.E.codes]\none = { name = "motor" }',
         "frame.E.codes.one", "no code"),
        ('[frame.S2]\ntype = 2\nrole = "sample"\nfields = [{ type = "u16", fills = "rate_hz",'
         ' unit = "Hz" }]', "frame", "2 frames"),
        ('[frame.S.codes]\n1 = { name = "motor" }', "frame.S.codes", "no codes"),
    ],
)  # fmt: skip
def test_frames_that_cannot_stand_together(frames: str, key: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_profile(TYPED + frames, "pen.toml")
    assert caught.value.place == f"pen.toml: {key}"
    assert problem in caught.value.problem


def test_without_a_sample_frame() -> None:
    text = TYPED.replace('role = "sample"', 'role = "text"').replace(
        '{ type = "u16", fills = "depth_set_mm", unit = "µm" }',
        '{ type = "utf8-rest", fills = "text" }',
    )
    with pytest.raises(ConfigError, match="No frame is a sample"):
        parse_profile(text, "pen.toml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        load_profile(tmp_path / "pen.toml")
    assert caught.value.place == str(tmp_path / "pen.toml")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "pen.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_profile(path)


def test_an_unknown_name_lists_the_shipped_ones() -> None:
    with pytest.raises(ConfigError, match="npt-line"):
        find_profile("ntp")
