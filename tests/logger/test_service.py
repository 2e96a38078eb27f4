"""The recorder process behind its socket: orders, status, and what it journals of itself."""

from collections.abc import Iterator
from importlib import metadata
from itertools import pairwise
from typing import Any

import pytest

from drivers.simulator.pace import Pace
from logger.command_socket import send_order
from logger.errors import CommandRefused
from logger.session.orders import Start, Stop
from logger.settings import load_settings
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecorderProcess]:
    """A recorder with one simulated pen that speaks, and a second port with none."""
    place = tmp_path_factory.mktemp("service")
    pen = SimulatedPen(place / "pen", simulated_settings("SIM-1"))
    tables = [PenTable(pen.link), PenTable(place / "none")]
    with playing([pen.station], Pace()), RecorderProcess(place, settings_text(tables)) as recorder:
        recorder.until_samples(10)
        yield recorder


def _order(recorder: RecorderProcess, order: str, **arguments: Any) -> Any:
    return send_order(recorder.data_dir, order, arguments)


@pytest.mark.parametrize(
    ("order", "arguments", "reason"),
    [
        ("reboot", {}, "there is no order 'reboot'"),
        ("session", {}, "order session: "),
        ("session", {"type": "dance"}, "order session: "),
        ("session", {"type": "stop", "session": 7}, "order session: "),
        ("queue.replay", {"sink": "mqtt"}, "queue.replay: no start"),
        ("queue.replay", {"sink": "mqtt", "from": 1}, "order queue.replay: "),
        ("queue.replay", {"sink": "mqtt", "position": 1}, "there is no sink 'mqtt'"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    recorder: RecorderProcess, order: str, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(CommandRefused) as caught:
        _order(recorder, order, **arguments)
    assert str(caught.value).startswith(reason)


def test_a_refused_order_is_no_entry(recorder: RecorderProcess) -> None:
    with pytest.raises(CommandRefused):
        _order(recorder, "queue.replay", sink="mqtt", position=1)
    assert recorder.entries("queue.replayed") == []


def test_the_status_tells_of_a_pen_that_is_recorded(recorder: RecorderProcess) -> None:
    pen = recorder.pen(0)
    assert (pen.state, pen.serial, pen.simulated) == ("recording", "SIM-1", True)
    assert pen.last_sample_age_s is not None
    assert pen.last_sample_age_s < 5
    assert pen.depth_set_mm is not None


def test_the_status_tells_of_a_port_without_a_pen(recorder: RecorderProcess) -> None:
    recorder.until(lambda: bool(recorder.pen(1).trouble), "trouble")
    pen = recorder.pen(1)
    assert pen.state == "no port"
    assert "Plug the pen in" in pen.trouble


def test_the_status_tells_up_to_where_all_is_saved(recorder: RecorderProcess) -> None:
    status = recorder.ask()
    entries = recorder.entries()
    assert entries[-1].position >= status.saved_position
    assert entries[status.saved_position - 1].time_ns == status.saved_unix_ns
    assert status.saved_age_s < 5
    assert (status.version, status.site) == (metadata.version("needlelog"), "clinic")
    assert status.drive.free_bytes > 0


def test_it_journals_under_which_settings_it_runs(recorder: RecorderProcess) -> None:
    (started,) = recorder.payloads("service.started")
    settings = load_settings(recorder.settings_file, environ={})
    assert started.settings_hash == settings.fingerprint()
    assert (started.version, started.site) == (metadata.version("needlelog"), "clinic")


def test_pens_are_committed_together_at_most_every_interval(recorder: RecorderProcess) -> None:
    recorder.until_samples(recorder.pen().samples + 100)
    times = sorted({entry.time_ns for entry in recorder.entries("samples")})
    assert min(later - sooner for sooner, later in pairwise(times)) > 190_000_000


def test_the_status_leaves_out_open_sessions_where_nobody_wants_them(
    recorder: RecorderProcess,
) -> None:
    start = Start(
        pen="SIM-1", client="C-7", practitioner="dr.b", side="left", zone="anterior-thigh"
    )
    session = recorder.order(start)["session"]
    assert [one.session for one in recorder.ask().sessions] == [session]
    assert _order(recorder, "status", sessions=False)["sessions"] == []
    recorder.order(Stop(session=session))
