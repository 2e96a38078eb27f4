"""A few frames come out as many do: the same samples in arrays of the same types."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from drivers.columns import SampleColumns
from drivers.counters import Counters
from drivers.decoder import Decoder
from drivers.few_samples import FEW, FewSamples
from drivers.framing import make_framing
from drivers.model import SampleRun
from drivers.profile import Profile, find_profile, parse_profile
from drivers.samples import BinarySamples
from tests.support.frames import assert_same, joined, make_run, wire_of

DEPTH = '{ type = "i16", fills = "depth_set_mm", unit = "µm", absent = -1 }'
TICKS = '{ type = "u32", fills = "ticks", unit = "µs" }'

STATUS = (
    '{ type = "u8", fills = "status", bits = { 0 = "motor_on" } }',
    '{ type = "u8", fills = "status", bits = { 0 = "fault" } }',
)


def profile_of(*fields: str) -> Profile:
    head = 'name = "pen"\ntitle = "A pen"\n[framing]\nkind = "sync"\nsync = "AA 55"\n'
    head += '[framing.length]\noffset = 2\ntype = "u8"\ncounts = "payload"\n'
    text = f'{head}[checksum]\nkind = "none"\n[frame.S]\nrole = "sample"\n'
    return parse_profile(f"{text}fields = [{', '.join(fields)}]", "pen.toml")


NPT = find_profile("npt")
FOREIGN = profile_of(
    '{ name = "spare", type = "u16" }',
    '{ name = "version", type = "u8", equals = 3 }',
    '{ type = "i64", fills = "depth_set_mm", unit = "µm", absent = -1, byte_order = "big" }',
    '{ type = "u8", fills = "status", bits = { 1 = "motor_on", 7 = "fault" } }',
    '{ name = "end", type = "u8" }',
)


def made_of_arrays(profile: Profile, contents: list[bytes]) -> SampleRun | None:
    """Return the run that the general way makes; None if any frame is no good sample."""
    samples, counters = BinarySamples(profile.sample, profile.type_offset), Counters()
    if not samples.add_all(contents):
        return None
    columns = SampleColumns(profile.sample, samples.ints, samples.floats, bytes, counters)
    run = columns.run(*samples.take())
    return None if counters.refused else run


def arrays_of(run: SampleRun) -> list[NDArray[np.generic]]:
    counted = [column for column in (run.sequence, run.ticks_us) if column is not None]
    return [*counted, run.status, *run.columns.values()]


@st.composite
def _frames(draw: st.DrawFn, profile: Profile) -> list[bytes]:
    """Return contents of samples, of which some have a byte changed or lost."""
    run = make_run(profile, draw(st.integers(1, 12)), draw(st.integers(0, 1000)))
    contents = list(make_framing(profile, Counters()).feed(wire_of(profile, run)))
    for _ in range(draw(st.integers(0, 2))):
        row, at = draw(st.integers(0, len(run) - 1)), draw(st.integers(0, len(contents[0]) - 1))
        changed = draw(st.binary(max_size=1))
        contents[row] = contents[row][:at] + changed + contents[row][at + 1 :]
    return contents


@pytest.mark.parametrize("profile", [NPT, FOREIGN], ids=["npt", "foreign"])
@given(data=st.data())
def test_few_frames_give_the_run_that_arrays_give(profile: Profile, data: st.DataObject) -> None:
    contents = data.draw(_frames(profile))
    few, general = FewSamples.of(profile), made_of_arrays(profile, contents)
    assert few is not None

    run = few.run(contents)

    assert (run is None) == (general is None)
    if run is not None and general is not None:
        assert_same(run, general)
        for ours, theirs in zip(arrays_of(run), arrays_of(general), strict=True):
            assert (ours.dtype, ours.flags.writeable) == (theirs.dtype, theirs.flags.writeable)


@pytest.mark.parametrize("count", [1, FEW, FEW + 1])
def test_a_feed_comes_out_whole_whichever_way_it_goes(count: int) -> None:
    run, decoder = make_run(NPT, count), Decoder(NPT)

    assert_same(joined(decoder.feed(wire_of(NPT, run))), run)
    assert decoder.counters.frames_good == count


@pytest.mark.parametrize(
    "fields",
    [
        (DEPTH, '{ type = "f32", fills = "rate_hz", unit = "Hz" }'),
        (DEPTH, '{ type = "u64", fills = "sequence" }'),
        (DEPTH, TICKS.replace("µs", "ms")),
        (DEPTH, TICKS.replace(" }", ', byte_order = "big" }')),
        (DEPTH, '{ type = "u16", fills = "status", bits = { 9 = "motor_on" } }'),
        (DEPTH, *STATUS),
    ],
    ids=["float", "64 bits", "clock in ms", "two byte orders", "wide status", "two of status"],
)
def test_what_lists_cannot_tell_is_left_to_arrays(fields: tuple[str, ...]) -> None:
    profile = profile_of(*fields)
    assert FewSamples.of(profile) is None
    run = make_run(profile, 5)
    assert_same(joined(Decoder(profile).feed(wire_of(profile, run))), run)


def test_lines_are_left_to_arrays() -> None:
    assert FewSamples.of(find_profile("npt-line")) is None
