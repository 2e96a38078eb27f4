from pathlib import Path

import pytest

from drivers.errors import ConfigError
from drivers.profile import find_profile
from drivers.simulator.burst import Fate
from drivers.simulator.faults import parse_faults
from drivers.simulator.log import LogHeader, LogWriter, read_log
from drivers.simulator.pen import VirtualPen
from drivers.simulator.settings import PenSettings

HEADER = LogHeader(
    serial="SIM-1", profile="npt", script="short", seed=1, boot_id=7, rate_hz=100, faults=("x",)
)


def _written(path: Path) -> int:
    pen = VirtualPen(find_profile("npt"), PenSettings(), parse_faults(["drop:at=1,for=1"]))
    burst = pen.burst(3_000_000)
    with LogWriter(path, HEADER) as log:
        log.add(burst.records[:100])
        log.add(burst.records[100:])
    return len(burst)


def test_log_reads_as_written(tmp_path: Path) -> None:
    count = _written(tmp_path / "log")
    log = read_log(tmp_path / "log")
    assert log.header == HEADER
    assert len(log.records) == count
    assert log.samples()["sequence"].tolist() == list(range(301))
    assert log.samples(Fate.DROPPED)["sequence"].tolist() == list(range(100, 200))


def test_records_take_as_many_bytes_as_documented(tmp_path: Path) -> None:
    count = _written(tmp_path / "log")
    header, _, records = (tmp_path / "log").read_bytes().partition(b"\n")
    assert header.startswith(b"{")
    assert len(records) == 32 * count


def test_a_record_cut_short_is_left_out(tmp_path: Path) -> None:
    count = _written(tmp_path / "log")
    whole = (tmp_path / "log").read_bytes()
    (tmp_path / "log").write_bytes(whole[:-5])
    assert len(read_log(tmp_path / "log").records) == count - 1


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b"GIF89a", b'{"format":"needlelog simulator 9"}\n']
)
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log").write_bytes(content)
    with pytest.raises(ConfigError, match="is no generator's log"):
        read_log(tmp_path / "log")


def test_a_log_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        LogWriter(tmp_path / "nowhere" / "log", HEADER)
