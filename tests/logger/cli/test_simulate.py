"""``needlelog simulate`` as a person calls it."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drivers.profile import find_profile
from drivers.simulator.log import read_log
from logger.cli.exits import Exit
from tests.support.heard import hear
from tests.support.playing import Reader
from tests.support.processes import needlelog

PATIENCE_S = 30


def _simulate(*arguments: str) -> tuple[int, str, str]:
    with needlelog("simulate", *arguments) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err


def test_two_pens_play_to_the_end_and_are_summed_up(tmp_path: Path) -> None:
    names = ["a", "b"]
    arguments = [option for name in names for option in ("--link", str(tmp_path / name))]
    logs = [option for name in names for option in ("--log", str(tmp_path / f"{name}.log"))]
    options = ["--speed", "max", "--duration", "20", "--script", "short", "--json"]
    with needlelog("simulate", *arguments, *logs, *options) as process:
        # Both at once: a pen that nobody reads loses what its terminal has no room for.
        with Reader(tmp_path / "a") as a, Reader(tmp_path / "b") as b, ThreadPoolExecutor() as both:
            heard = [
                hear(find_profile("npt"), [said]) for said in both.map(Reader.read_all, (a, b))
            ]
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (Exit.OK, "")
    summary = json.loads(out)
    for name, serial, pen in zip(names, ["SIM-000001", "SIM-000002"], heard, strict=True):
        assert pen.pens[0].serial == serial
        assert len(pen.sequence) == 2001
        assert summary[serial]["samples"] == 2001
        assert read_log(tmp_path / f"{name}.log").header.serial == serial


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    link, log = tmp_path / "pen", tmp_path / "log"
    command = needlelog("simulate", "--link", str(link), "--log", str(log))
    with command as process, Reader(link) as reader:
        reader.read()
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (Exit.OK, "")
    assert out.splitlines()[0] == f"SIM-000001: simulated npt pen, 100 Hz, on {link}"
    assert out.splitlines()[1].startswith("SIM-000001: ")
    assert "samples" in out
    assert not link.is_symlink()
    assert len(read_log(log).samples())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fault", "freeze:at=5"], "error: --fault freeze:at=5: for= is missing. Write freeze:"),
        (["--serial", "NP-1"], "error: --serial NP-1: "),
        (["--serial", "SIM-1", "--serial", "SIM-2"], "error: --serial: stands 2 times"),
        (["--serial", "SIM-1", "--serial", "SIM-1"], "error: --serial: SIM-1 is given twice"),
        (["--rate-hz", "0"], "error: --rate-hz 0: "),
        (["--profile", "none-such"], "none-such"),
        (["--speed", "warp"], "warp is neither a factor"),
        (["--log", "/nowhere/log"], "error: --log /nowhere/log: cannot be written"),
    ],
)
def test_wrong_options_are_refused_in_one_message(
    tmp_path: Path, options: list[str], said: str
) -> None:
    code, out, err = _simulate("--link", str(tmp_path / "pen"), *options)
    assert (code, out) == (Exit.USAGE, "")
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "pen").is_symlink()


def test_a_link_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    code, _, err = _simulate("--link", str(tmp_path / "nowhere" / "pen"))
    assert code == Exit.USAGE
    assert err.count("\n") == 1
