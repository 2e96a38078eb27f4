"""``needlelog pen`` as a person calls it."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.capture import CaptureWriter, Chunk, read_chunks, read_header
from drivers.port import open_url
from drivers.profile.loading import shipped_profiles
from drivers.profile.schema import PortSettings
from logger.cli.exits import Exit
from logger.cli.main import cli
from tests.support.ports import read_exactly
from tests.support.processes import holding_port, needlelog
from tests.support.pty import PtyPen

SAMPLE = bytes.fromhex("05027011010efaffffffdc05c6058b048f04d406571f0f1a9500")
BAD_SAMPLE = bytes.fromhex("05027011010efaffffffdc05c6058b048f04d406561f0f1a9500")
NPT = shipped_profiles()["npt"]


@pytest.fixture
def call() -> Callable[..., Result]:
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments, catch_exceptions=False, standalone_mode=False)

    return call


def test_check_runs_the_examples_of_a_profile(call: Callable[..., Result]) -> None:
    result = call("pen", "check", str(NPT))
    assert result.return_value == Exit.OK
    assert "good  SAMPLE, in contact, ticks about to wrap" in result.output
    assert result.output.splitlines()[-1] == "6 of 6 examples good"


def test_check_as_json_names_every_example(call: Callable[..., Result]) -> None:
    answer = json.loads(call("pen", "check", str(NPT), "--json").output)
    assert answer["good"]
    assert {"name": "CARTRIDGE", "good": True, "problems": []} in answer["examples"]


def test_an_example_that_fails_is_told_with_exit_code_1(
    call: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "pen.toml"
    file.write_text(NPT.read_text().replace("rate_hz = 116.3", "rate_hz = 999.9"))
    result = call("pen", "check", str(file))
    assert result.return_value == Exit.FOUND_WRONG
    assert "BAD   SAMPLE, in contact, ticks about to wrap" in result.output
    assert "5 of 6 examples good" in result.output


def test_a_bad_profile_is_one_line_with_place_and_mend_and_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "pen.toml"
    file.write_text(NPT.read_text().replace("baud_rate = 115200", "baud = 115200"))
    with needlelog("pen", "check", str(file)) as process:
        output, errors = process.communicate()
    assert (process.returncode, output) == (Exit.USAGE, "")
    assert errors.startswith(f"error: {file}: port.baud: ")
    assert errors.count("\n") == 1


def test_list_names_the_shipped_profiles(call: Callable[..., Result]) -> None:
    assert "npt  " in call("pen", "list").output
    profiles = json.loads(call("pen", "list", "--json").output)["profiles"]
    assert {profile["name"] for profile in profiles} == set(shipped_profiles())


def test_sniff_shows_and_records_until_ctrl_c(tmp_path: Path) -> None:
    out = tmp_path / "pen.capture"
    with PtyPen() as pen, needlelog("pen", "sniff", pen.path, "--out", str(out)) as process:
        assert listening(process)
        pen.say(b"$PNPT,1\r\n")
        assert "24 50 4e 50 54 2c 31 0d 0a" in first_line(process)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
        assert pen.heard() == b""
    assert (process.returncode, errors) == (Exit.OK, "")
    assert output.startswith("9 bytes in 1 reads")
    assert [chunk.data for chunk in read_chunks(out)] == [b"$PNPT,1\r\n"]
    assert read_header(out).port == pen.path


def test_sniff_with_a_profile_shows_messages_and_refusals() -> None:
    with PtyPen() as pen, needlelog("pen", "sniff", pen.path, "--profile", "npt") as process:
        assert listening(process)
        pen.say(SAMPLE + BAD_SAMPLE)
        lines = [first_line(process) for _ in range(7)]
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
    assert lines[4].startswith("sample   #70000 ticks_us=4294967290 depth_set_mm=1.5")
    assert lines[5:] == ["refused  checksum × 1\n", f"refused  {BAD_SAMPLE.hex(' ')}\n"]
    assert "1 frames good, 0 of unknown type, 1 refused (checksum)" in output


def test_sniff_as_json_is_a_line_for_each_read_and_a_summary() -> None:
    arguments = ("pen", "sniff", "--profile", "npt", "--json", "--seconds", "30")
    with PtyPen() as pen, needlelog(*arguments, pen.path) as process:
        assert listening(process)
        pen.say(SAMPLE)
        line = json.loads(first_line(process))
        pen.unplug()
        output, _ = process.communicate()
    assert line["hex"] == SAMPLE.hex()
    assert (line["frames_good"], line["refused"]) == (1, {})
    assert json.loads(output)["summary"]["bytes"] == len(SAMPLE)


def test_a_capture_can_be_shown_to_a_profile_again(
    call: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "pen.capture"
    with CaptureWriter(file, port="", baud_rate=115_200, started_utc="") as writer:
        writer.write(Chunk(0, SAMPLE[:10]))
        writer.write(Chunk(60_000_000_000, SAMPLE[10:] + SAMPLE))
    result = call("pen", "sniff", f"capture://{file}?speed=0", "--profile", "npt")
    assert result.output.splitlines()[-1] == "2 frames good, 0 of unknown type, 0 bytes open"


def test_sniff_ends_after_its_seconds(call: Callable[..., Result]) -> None:
    with PtyPen() as pen:
        result = call("pen", "sniff", pen.path, "--seconds", "0.05")
    assert "0 bytes in 0 reads" in result.output


def test_sniff_sets_the_baud_rate(call: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "pen.capture"
    with PtyPen() as pen:
        call("pen", "sniff", pen.path, "--baud", "9600", "--seconds", "0.05", "--out", str(out))
    assert read_header(out).baud_rate == 9600


def test_a_pen_that_is_unplugged_ends_sniff_with_summary_and_exit_code_6() -> None:
    with PtyPen() as pen, needlelog("pen", "sniff", pen.path) as process:
        assert listening(process)
        pen.say(b"x")
        first_line(process)
        pen.unplug()
        output, errors = process.communicate()
    assert process.returncode == Exit.UNAVAILABLE
    assert output.startswith("1 bytes in 1 reads")
    assert errors == f"error: {pen.path}: unplugged\n"


def test_a_busy_port_is_one_line_and_exit_code_6() -> None:
    with (
        PtyPen() as pen,
        holding_port(pen.path),
        needlelog("pen", "sniff", pen.path) as process,
    ):
        _, errors = process.communicate()
    assert process.returncode == Exit.UNAVAILABLE
    assert errors.startswith(f"error: {pen.path}: another program holds the port")


def test_a_killed_sniff_leaves_a_capture_that_can_be_read(tmp_path: Path) -> None:
    out = tmp_path / "pen.capture"
    with PtyPen() as pen, needlelog("pen", "sniff", pen.path, "--out", str(out)) as process:
        assert listening(process)
        pen.say(b"kept")
        first_line(process)
        process.kill()
        process.communicate()
    assert [chunk.data for chunk in read_chunks(out)] == [b"kept"]


async def test_replay_is_a_pen_that_says_what_was_captured(tmp_path: Path) -> None:
    link, file = tmp_path / "pen", tmp_path / "pen.capture"
    with CaptureWriter(file, port="/dev/ttyUSB0", baud_rate=115_200, started_utc="") as writer:
        for number in range(20):
            writer.write(Chunk(number * 1_000_000, SAMPLE))
    with needlelog("pen", "replay", str(file), "--link", str(link)) as process:
        assert process.stderr is not None
        process.stderr.readline()
        assert "waiting for a program to open" in process.stderr.readline()
        with open_url(str(link), PortSettings()) as port:
            assert await read_exactly(port, 20 * len(SAMPLE)) == 20 * SAMPLE
        output, _ = process.communicate()
    assert output == f"{20 * len(SAMPLE)} bytes replayed, to the end\n"
    assert not link.is_symlink()


def test_replay_ends_cleanly_by_ctrl_c(tmp_path: Path) -> None:
    link, file = tmp_path / "pen", tmp_path / "pen.capture"
    CaptureWriter(file, port="", baud_rate=115_200, started_utc="").close()
    with needlelog("pen", "replay", str(file), "--link", str(link), "--json") as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    assert (process.returncode, errors) == (Exit.OK, "")
    assert json.loads(output) == {"bytes": 0, "ended": False}
    assert not link.is_symlink()


def listening(process: "subprocess.Popen[str]") -> bool:
    """Wait until the port is open."""
    assert process.stderr is not None
    return process.stderr.readline().startswith("listening on ")


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()
