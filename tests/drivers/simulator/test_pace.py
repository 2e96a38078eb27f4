"""Simulated pens on real PTYs, read by a real reader."""

import time
from pathlib import Path

import numpy as np
import pytest

from drivers.profile import find_profile
from drivers.simulator.burst import NO_SAMPLE, Fate
from drivers.simulator.faults import parse_faults
from drivers.simulator.log import LogHeader, LogWriter, read_log
from drivers.simulator.pace import Pace
from drivers.simulator.pen import VirtualPen
from drivers.simulator.pty_link import PtyLink
from drivers.simulator.script import US_PER_S
from drivers.simulator.settings import PenSettings
from drivers.simulator.station import Station
from tests.support.heard import hear
from tests.support.playing import Reader, playing

PROFILE = find_profile("npt")
SETTINGS = PenSettings(serial="SIM-1", rate_hz=500)
HEADER = LogHeader(
    serial="SIM-1", profile="npt", script="both-legs", seed=1, boot_id=1, rate_hz=500
)


def _station(place: Path, *faults: str, settings: PenSettings = SETTINGS) -> Station:
    log = LogWriter(place / "pen.log", HEADER)
    pen = VirtualPen(PROFILE, settings, parse_faults(faults))
    return Station(pen, PtyLink(place / "pen"), log, time.monotonic_ns)


def _clean(until_us: int) -> bytes:
    return VirtualPen(PROFILE, SETTINGS).advance(until_us)


@pytest.mark.parametrize(
    "pace",
    [
        Pace(speed=4, duration_us=2 * US_PER_S, waits_for_readers=True),
        Pace(speed=4, batch_s=0, duration_us=2 * US_PER_S, waits_for_readers=True),
        Pace(speed=None, duration_us=120 * US_PER_S),
    ],
    ids=["batches", "frame by frame", "as fast as read"],
)
def test_reader_gets_every_byte(tmp_path: Path, pace: Pace) -> None:
    station = _station(tmp_path)
    with playing([station], pace), Reader(station.link.path) as reader:
        data = reader.read_all()
    assert pace.duration_us is not None
    assert data == _clean(pace.duration_us)


def test_two_pens_play_at_once(tmp_path: Path) -> None:
    places = [tmp_path / "a", tmp_path / "b"]
    for place in places:
        place.mkdir()
    stations = [
        _station(place, settings=PenSettings(serial=f"SIM-{place.name}")) for place in places
    ]
    pace = Pace(speed=5, duration_us=US_PER_S, waits_for_readers=True)
    paths = [station.link.path for station in stations]
    with playing(stations, pace), Reader(paths[0]) as a, Reader(paths[1]) as b:
        heard = [hear(PROFILE, [reader.read_all()]) for reader in (a, b)]
    assert [pens.pens[0].serial for pens in heard] == ["SIM-a", "SIM-b"]
    assert [len(pens.sequence) for pens in heard] == [101, 101]


def test_a_slow_reader_holds_a_pen_that_is_as_fast_as_read(tmp_path: Path) -> None:
    station = _station(tmp_path)
    pace = Pace(speed=None, duration_us=60 * US_PER_S)
    with playing([station], pace), Reader(station.link.path) as reader:
        first = reader.read()
        time.sleep(0.3)
        assert first + reader.read_all() == _clean(60 * US_PER_S)


def test_identify_is_answered_over_the_line(tmp_path: Path) -> None:
    station = _station(tmp_path)
    assert PROFILE.identify is not None
    with playing([station], Pace(speed=1)):
        while station.time_us < US_PER_S // 10:
            time.sleep(0.005)
        with Reader(station.link.path) as reader:
            reader.write(PROFILE.identify)
            data = b""
            while not (heard := hear(PROFILE, [data])).pens:
                data += reader.read()
    assert heard.pens[0].serial == "SIM-1"


def test_what_nobody_reads_is_lost_and_logged(tmp_path: Path) -> None:
    station = _station(tmp_path)
    with playing([station], Pace(speed=1, duration_us=US_PER_S // 2)) as thread:
        thread.join()
    log = read_log(tmp_path / "pen.log")
    assert set(log.records["fate"]) == {Fate.UNREAD}
    assert log.records["sequence"].max() == 250


def test_a_full_port_loses_the_newest_and_logs_it(tmp_path: Path) -> None:
    station = _station(tmp_path)
    pace = Pace(speed=400, duration_us=60 * US_PER_S, waits_for_readers=True)
    with playing([station], pace) as thread, Reader(station.link.path) as reader:
        while station.time_us < 60 * US_PER_S:
            time.sleep(0.01)
        heard = hear(PROFILE, [reader.read_all()])
        thread.join()
    log = read_log(tmp_path / "pen.log")
    assert heard.sequence.tolist() == log.samples(Fate.SENT)["sequence"].tolist()
    assert len(log.samples(Fate.UNREAD)) > 1000


def test_log_accounts_for_every_sample_of_a_spoiled_line(tmp_path: Path) -> None:
    station = _station(tmp_path, "drop:rate=0.01", "flip:rate=0.0003", "duplicate:rate=0.01")
    pace = Pace(speed=None, duration_us=20 * US_PER_S)
    with playing([station], pace), Reader(station.link.path) as reader:
        heard = hear(PROFILE, [reader.read_all()])
    log = read_log(tmp_path / "pen.log")
    assert set(log.samples()["sequence"].tolist()) == set(range(10_001))
    intact = set(log.samples(Fate.SENT)["sequence"].tolist())
    dropped = set(log.samples(Fate.DROPPED)["sequence"].tolist())
    damaged = set(log.samples(Fate.DAMAGED)["sequence"].tolist())
    got = set(heard.sequence.tolist())
    assert not got & dropped
    # The end of a damaged frame may take the next one with it.
    assert all(n in got or n - 1 in damaged for n in intact - damaged)
    assert len(intact - got) < 0.2 * len(damaged)


def test_log_times_each_frame_that_is_written_by_itself(tmp_path: Path) -> None:
    station = _station(tmp_path)
    before_ns = time.monotonic_ns()
    pace = Pace(speed=10, batch_s=0, duration_us=US_PER_S, waits_for_readers=True)
    with playing([station], pace), Reader(station.link.path) as reader:
        reader.read_all()
    records = read_log(tmp_path / "pen.log").records
    times_ns = np.unique(records["time_ns"])
    assert before_ns < times_ns[0]
    assert times_ns[-1] < time.monotonic_ns()
    assert len(times_ns) == len(np.unique(records["due_us"]))


def test_unplug_takes_the_port_away_and_replug_brings_it_back(tmp_path: Path) -> None:
    station = _station(tmp_path, "unplug:at=1,for=1")
    pace = Pace(speed=2, duration_us=3 * US_PER_S, waits_for_readers=True)
    with playing([station], pace):
        with Reader(station.link.path) as reader:
            before = hear(PROFILE, [reader.read_all()])
        with Reader(station.link.path) as reader:
            after = hear(PROFILE, [reader.read_all()])
    assert before.sequence[0] == 0
    assert before.sequence[-1] < 500
    assert after.sequence[0] >= 1000
    assert after.sequence[-1] == 1500
    unplugged = read_log(tmp_path / "pen.log").samples(Fate.UNPLUGGED)["sequence"]
    assert unplugged.tolist() == list(range(500, 1000))


def test_a_pen_as_fast_as_read_waits_for_its_reader_after_a_replug(tmp_path: Path) -> None:
    station = _station(tmp_path, "unplug:at=10,for=5")
    with playing([station], Pace(speed=None, duration_us=30 * US_PER_S)):
        with Reader(station.link.path) as reader:
            before = hear(PROFILE, [reader.read_all()])
        with Reader(station.link.path) as reader:
            after = hear(PROFILE, [reader.read_all()])
    assert before.sequence.tolist() == list(range(5000))
    assert after.sequence.tolist() == list(range(7500, 15_001))


def test_reader_may_come_and_go(tmp_path: Path) -> None:
    station = _station(tmp_path)
    with playing([station], Pace(speed=1)):
        for _ in range(3):
            with Reader(station.link.path) as reader:
                heard = hear(PROFILE, [reader.read() + reader.read() + reader.read()])
            assert len(heard.sequence)
    log = read_log(tmp_path / "pen.log")
    assert (np.diff(log.records["sequence"][log.records["sequence"] != NO_SAMPLE]) == 1).all()


def test_stopping_unplugs_and_settles_accounts(tmp_path: Path) -> None:
    station = _station(tmp_path)
    with playing([station], Pace(speed=None)), Reader(station.link.path) as reader:
        reader.read()
    assert not station.link.path.is_symlink()
    log = read_log(tmp_path / "pen.log")
    assert station.account.samples == len(log.samples()) > 0


def test_what_was_made_and_not_written_is_logged_as_unread(tmp_path: Path) -> None:
    with _station(tmp_path) as station, Reader(station.link.path) as reader:
        assert station.link.has_reader()
        while station.play_ahead(time.sleep, None):
            pass
        station.finish()
        read = b""
        while len(read) < station.account.bytes_written:
            read += reader.read()
    log = read_log(tmp_path / "pen.log")
    sent = log.samples(Fate.SENT)["sequence"]
    assert hear(PROFILE, [read]).sequence.tolist() == sent.tolist()
    assert log.records["fate"][-1] == Fate.UNREAD
