"""A recorder in a network of its own, with a pen, a broker and a database behind ways."""

import signal
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from drivers.simulator.pace import Pace
from logger.status import SinkStatus
from tests.faults.backstage import Backstage, backstage
from tests.support.authority import Authority
from tests.support.faithful_subscriber import FaithfulSubscriber
from tests.support.influxd import Influxd, Shim
from tests.support.mosquitto import Mosquitto
from tests.support.own_network import OwnNetwork
from tests.support.playing import playing
from tests.support.readback import ReadBackV1
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings
from tests.support.way import Way

SERIAL = "SIM-SINKS"
BUCKET = "faults"
HOST_NAMES = {"mqtt": "broker.test", "influx": "database.test"}
TIMEOUT_S = 1.0
_KEEPS_ALL = "persistence true\nautosave_on_changes true\nautosave_interval 1\n"
_RIGHTS = "topic readwrite #\nuser needlelog\ntopic readwrite needlelog/#\n"
_NO_RIGHTS = "topic readwrite #\nuser needlelog\ntopic readwrite needlelog/clinic/bridge/#\n"

_Result = TypeVar("_Result")


@dataclass
class Stage:
    """Everything that a fault can be done to. ``ways`` are by the name of the sink."""

    place: Path
    network: OwnNetwork
    broker: Mosquitto
    database: Influxd
    shim: Shim
    ways: dict[str, Way]
    recorder: RecorderProcess
    pen: SimulatedPen
    subscriber: FaithfulSubscriber
    end_pen: ExitStack
    _authority: Authority
    _backstage: Backstage

    def sink(self, name: str) -> SinkStatus:
        """Return how a sink is doing."""
        found = self.recorder.sink(name)
        assert found is not None, f"no sink {name}"
        return found

    def work(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Return what ``work`` returns on the loop of the ways."""
        return self._backstage.work(work)

    def open_way(self, name: str, *, expired: bool = False) -> None:
        """Let the server of a sink be reached, with a certificate that is good, or was."""
        certificate = self._authority.certificate(HOST_NAMES[name], days=-1 if expired else 2)
        self.work(self.ways[name].open(certificate))

    def close_way(self, name: str) -> None:
        """Refuse connections to the server of a sink and cut those that stand."""
        self.work(self.ways[name].close())

    def know_names(self, *sinks: str) -> None:
        """Let the names of exactly these sinks' servers be known."""
        known = {HOST_NAMES[sink].replace(".", "_"): self.network.address(sink) for sink in sinks}
        self.network.tell_names(**known)

    def grant(self, *, telemetry: bool) -> None:
        """Let the recorder publish telemetry, or only the state of the bridge."""
        (self.place / "acl").write_text(_RIGHTS if telemetry else _NO_RIGHTS)
        self.broker.send(signal.SIGHUP)

    def stored_ns(self) -> list[int]:
        """Return the times of all telemetry points that the database holds."""
        read_back = ReadBackV1(self.database.url, BUCKET)
        points = self.work(read_back.points("pen_telemetry", SERIAL))
        return [point.time_ns for point in points]


@contextmanager
def staged(place: Path, seed: int) -> Iterator[Stage]:
    """Yield a stage on which all is well: a pen at 100 Hz is recorded and delivered twice.

    A commit every 20 ms fills what the service keeps in memory in three seconds.
    """
    with backstage() as back, ExitStack() as parts:
        stage = _set_up(place, seed, back, parts)
        parts.enter_context(stage.end_pen)
        stage.recorder.until_samples(20)
        stage.recorder.until_delivered("mqtt", "influx")
        yield stage


def _set_up(place: Path, seed: int, back: Backstage, parts: ExitStack) -> Stage:
    for part in ("mosquitto", "influxd", "pen", "network", "authority", "recorder"):
        (place / part).mkdir(parents=True)
    acl = place / "acl"
    acl.write_text(_RIGHTS)
    broker = Mosquitto(
        place / "mosquitto",
        f"{_KEEPS_ALL}persistence_location {place / 'mosquitto'}/\nacl_file {acl}",
    )
    database = Influxd(place / "influxd")
    network = parts.enter_context(OwnNetwork(place / "network", ["mqtt", "influx"]))
    shim = Shim(database)
    ways = {
        "mqtt": Way(network.address("mqtt"), broker.port),
        "influx": Way(network.address("influx"), shim.port),
    }
    authority = Authority(place / "authority")
    pen = SimulatedPen(place / "pen", simulated_settings(SERIAL, seed=seed))
    recorder = RecorderProcess(
        place / "recorder", _settings(pen, ways, authority), under=network.under
    )
    subscriber = FaithfulSubscriber(broker.port)
    stage = Stage(
        *(place, network, broker, database, shim, ways, recorder, pen, subscriber),
        *(ExitStack(), authority, back),
    )
    _start(stage, parts)
    return stage


def _start(stage: Stage, parts: ExitStack) -> None:
    stage.broker.start()
    parts.callback(stage.broker.kill)
    stage.database.start()
    parts.callback(stage.database.kill)
    stage.work(stage.database.create(BUCKET))
    stage.work(stage.shim.start())
    parts.callback(lambda: stage.work(stage.shim.stop()))
    for name in stage.ways:
        stage.open_way(name)
        parts.callback(stage.close_way, name)
    stage.know_names("mqtt", "influx")
    stage.subscriber.start()
    parts.callback(stage.subscriber.stop)
    parts.enter_context(stage.recorder)
    stage.end_pen.enter_context(playing([stage.pen.station], Pace(waits_for_readers=True)))


def _settings(pen: SimulatedPen, ways: dict[str, Way], authority: Authority) -> str:
    timeout = f"timeout_s = {TIMEOUT_S}"
    mqtt = (
        f'[mqtt]\nhost = "{HOST_NAMES["mqtt"]}"\nport = {ways["mqtt"].port}\n{timeout}\n'
        f'keepalive_s = 5\nusername = "needlelog"\n[mqtt.tls]\nca_file = "{authority.ca_file}"'
    )
    influx = (
        f'[influx]\nurl = "https://{HOST_NAMES["influx"]}:{ways["influx"].port}"\n'
        f'bucket = "{BUCKET}"\nflush_interval_s = 0.2\n{timeout}\n'
        f'[influx.tls]\nca_file = "{authority.ca_file}"'
    )
    return settings_text([PenTable(pen.link)], mqtt, influx, recording={"commit_interval_s": 0.02})
