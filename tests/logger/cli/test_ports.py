"""``needlelog ports``: what is listed, and how it is shown."""

import json
from dataclasses import asdict
from pathlib import Path

from click.testing import CliRunner

from drivers.discovery import PortInfo, list_ports
from drivers.profile.loading import shipped_profiles
from logger.cli.invocation import Invocation
from logger.cli.main import cli
from logger.cli.ports import profiles_of, table

PEN = PortInfo(
    device="/dev/ttyACM0",
    stable_path="/dev/serial/by-id/usb-Pen_NP-000123-if00",
    vid=0x1209,
    pid=0x4E50,
    serial="NP-000123",
    description="Needling Pen",
    profiles=("npt", "npt-line"),
    held_by=("minicom (4711)",),
)
BUILT_IN = PortInfo("/dev/ttyS0", None, None, None, None, "n/a", (), ())


def test_a_port_is_a_row_and_its_stable_path_stands_below() -> None:
    assert list(table([PEN, BUILT_IN])) == [
        "PORT          USB        SERIAL     PROFILES       HELD BY         DESCRIPTION",
        "/dev/ttyACM0  1209:4e50  NP-000123  npt, npt-line  minicom (4711)  Needling Pen",
        "  = /dev/serial/by-id/usb-Pen_NP-000123-if00",
        "/dev/ttyS0    -          -          -              -               n/a",
    ]


def test_no_port_is_no_table() -> None:
    assert list(table([])) == []


def test_what_a_device_calls_itself_cannot_steer_the_terminal() -> None:
    rogue = PortInfo("/dev/ttyACM1", None, 1, 2, "\x1b[2J", "\x07bell", (), ())
    assert "\x1b" not in "".join(table([rogue]))
    assert "\x07" not in "".join(table([rogue]))


def test_json_tells_of_every_port_of_this_machine() -> None:
    result = CliRunner().invoke(cli, ["ports", "--json"], catch_exceptions=False)
    expected = [asdict(port) for port in list_ports(profiles_of(Invocation()))]
    shown = json.loads(result.output)["ports"]
    assert [port["device"] for port in shown] == [port["device"] for port in expected]
    assert result.exit_code == 0


def test_the_clinics_own_profiles_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    text = shipped_profiles()["npt"].read_text()
    (tmp_path / "ours.toml").write_text(text.replace('name = "npt"', 'name = "ours"'))
    (tmp_path / "npt.toml").write_text(text.replace("Needling Pen Telemetry 1", "As we use it"))
    invocation = Invocation(flags={"profiles_dir": str(tmp_path)})
    titles = {profile.name: profile.title for profile in profiles_of(invocation)}
    assert set(titles) == {*shipped_profiles(), "ours"}
    assert titles["npt"] == "As we use it"
