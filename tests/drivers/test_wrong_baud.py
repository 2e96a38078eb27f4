"""A wrong baud rate gives bytes and no good frame, never plausible data."""

import pytest

from drivers.decoder import Decoder
from drivers.encoder import Encoder
from drivers.model import Pen
from drivers.profile import find_profile
from tests.support.frames import make_run, wire_of
from tests.support.uart import received_at

PEN = Pen("NP-000123", "REF-PEN", "1.4.2", 0x1A2B3C4D, 2.5, 150.0, 10_000)
BAUDS = (9600, 19_200, 38_400, 57_600, 76_800, 128_000, 230_400, 460_800)


@pytest.mark.parametrize("name", ["npt", "npt-line", "template-binary", "template-text"])
@pytest.mark.parametrize("read_baud", BAUDS)
def test_no_message_comes_out_at_another_baud_rate(name: str, read_baud: int) -> None:
    profile = find_profile(name)
    sent = (Encoder(profile).identity(PEN) or b"") + wire_of(profile, make_run(profile, 400))
    decoder = Decoder(profile)
    received = received_at(sent, 115_200, read_baud)
    assert decoder.feed(received) == []
    assert decoder.counters.frames_good == 0
    assert decoder.counters.bytes_in == len(received) > 500


def test_at_the_right_baud_rate_the_line_gives_what_was_sent() -> None:
    sent = wire_of(find_profile("npt"), make_run(find_profile("npt"), 20))
    assert received_at(sent, 115_200, 115_200) == sent


def test_a_receiver_two_percent_off_still_reads_well() -> None:
    sent = wire_of(find_profile("npt"), make_run(find_profile("npt"), 20))
    assert received_at(sent, 115_200, 117_500) == sent
