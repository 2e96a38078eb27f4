import numpy as np
import pytest

from drivers.decoder import Decoder
from drivers.encoder import Encoder, raw_values
from drivers.errors import ConfigError
from drivers.model import ColumnLayout, Pen, PenEvent, SampleRun
from drivers.profile import find_profile
from tests.support.frames import NPT, make_run

PEN = Pen("NP-000123", "REF-PEN", "1.4.2", 0x1A2B3C4D, 2.5, 150.0, 10_000)


def test_identity_is_the_known_frame() -> None:
    assert Encoder(find_profile("npt")).identity(PEN) == NPT["identity"]


def test_setting_from_its_canonical_value_is_the_known_frame() -> None:
    event = PenEvent("depth_dial", value=2.0, unit="mm", number=7, ticks_us=1_234_567)
    assert Encoder(find_profile("npt")).event(event) == NPT["setting"]


def test_cartridge_is_the_known_frame() -> None:
    event = PenEvent(
        "cartridge",
        text="(01)00850000000017(17)271231(10)L4471",
        ticks_us=2_500_000,
        needle_count=14,
        needle_gauge=33,
    )
    assert Encoder(find_profile("npt")).event(event) == NPT["cartridge"]


def test_samples_of_npt_become_the_lines_of_npt_line() -> None:
    messages = Decoder(find_profile("npt")).feed(NPT["sample_stopped"] + NPT["sample_running"])
    (run,) = messages
    assert isinstance(run, SampleRun)
    assert Encoder(find_profile("npt-line")).samples(run) == [
        b"$PNPT,0,0,1500,,0,1167,,,,8*17\r\n",
        b"$PNPT,70000,4294967290,1500,1478,1163,1167,212,87,31,15*17\r\n",
    ]


def test_a_profile_without_identity_or_events_says_so() -> None:
    encoder = Encoder(find_profile("template-text"))
    assert encoder.identity(PEN) is None
    assert encoder.event(PenEvent("depth_dial", value=1.0)) is None


@pytest.mark.parametrize(
    ("profile", "serial"), [("npt", "S" * 17), ("npt-line", "A,B"), ("npt-line", "A\n")]
)
def test_a_serial_that_the_frame_cannot_hold_is_refused(profile: str, serial: str) -> None:
    pen = Pen(serial, "REF-PEN", "1", 1, 2.5, 150.0, 10_000)
    with pytest.raises(ConfigError, match="serial"):
        Encoder(find_profile(profile)).identity(pen)


def test_channels_that_a_run_lacks_are_sent_as_absent() -> None:
    npt, text = find_profile("npt"), find_profile("template-text")
    run = make_run(text, 5)
    (got,) = Decoder(npt).feed(b"".join(Encoder(npt).samples(run)))
    assert isinstance(got, SampleRun)
    assert got.columns["battery_pct"].tolist() == [255] * 5
    assert got.columns["depth_set_mm"].tolist() == [
        10 * hundredths for hundredths in run.columns["depth_set_mm"].tolist()
    ]


def test_raw_values_are_the_nearest_and_nan_is_absent() -> None:
    layout = ColumnLayout("depth_measured_mm", "µm", 1, 0, 1000, 0xFFFF)
    values = np.array([1.478, 1.4784, np.nan])
    assert raw_values(layout, values).tolist() == [1478, 1478, 0xFFFF]
