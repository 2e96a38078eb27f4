"""What it takes to look back over a clinic's sessions, by whole processes of ``needlelog``."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from drivers.model import HostTime
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.writer import Journal
from logger.session.store import open_sessions
from tests.bench.processes import took
from tests.support.recorder_process import NEEDLELOG
from tests.support.report import Row
from tests.support.stories import EPOCH_NS, Story, host_time, sample_block

LOOK_BACK_MS_MAX = 200
SESSIONS = 2000
PENS = ("NP-000123", "NP-000124", "NP-000125", "NP-000126")
_APART_NS = 3 * 3600 * 1_000_000_000
_ROWS = 100
_PLAN = kinds.Plan(
    name="clinic",
    version="1",
    zones=(kinds.ZoneLimit(zone="anterior-thigh", depth_max_mm=1.4),),
)
_QUESTIONS = {
    "session list": ("list",),
    "session list of a zone with deviations": (
        *("list", "--since", "2027-02-01", "--zone", "anterior-thigh"),
        *("--pen", PENS[0], "--deviation", "depth_set_above", "--json"),
    ),
}


def measure(sessions: int, repeats: int) -> list[Row]:
    """Return a row for each question: the median time from start to end of the process."""
    with tempfile.TemporaryDirectory(prefix="needlelog-bench-") as name:
        data_dir = Path(name)
        make_archive(data_dir, sessions)
        return [_row(data_dir, what, sessions, repeats) for what in _QUESTIONS]


def make_archive(data_dir: Path, sessions: int) -> None:
    """Fill a journal with sealed sessions three hours apart, and their store.

    Their seals are entries without files.
    """
    clock = _Clock()
    with Journal.open(data_dir, clock) as journal:
        for number in range(sessions):
            journal.append(list(_session(number)))
            clock.wall_ns += _APART_NS
        store, _ = open_sessions(data_dir, journal.append)
        store.close()


class _Clock:
    def __init__(self) -> None:
        self.wall_ns = EPOCH_NS

    def __call__(self) -> HostTime:
        return host_time(self.wall_ns)


def _session(number: int) -> Iterator[Draft]:
    """Yield the entries of a session of two segments; every second one deviates."""
    pen, session = PENS[number % len(PENS)], f"20270115-{number:04x}"
    story = Story(encoded=True)
    story.identified(pen=pen)
    story.append(
        kinds.SessionStarted(
            session=session,
            pen=pen,
            client=f"C-{number % 200}",
            practitioner=f"dr-{number % 5}",
            side="left",
            zone="anterior-thigh",
            nonce="00",
            plan=_PLAN,
        ),
        stream=pen,
    )
    first, depth_um = number * 2 * _ROWS, 1500 - 200 * (number % 2)
    story.samples(sample_block(_ROWS, first=first, pen=pen, depth_um=depth_um))
    story.append(kinds.SegmentStarted(session=session, side="right", zone="anterior-knee"))
    story.samples(sample_block(_ROWS, first=first + _ROWS, pen=pen))
    story.stopped(session)
    story.append(_seal(number, session), stream="")
    for entry in story.entries:
        yield Draft(entry.kind, entry.stream, entry.actor, entry.payload or b"", entry.block)


def _seal(number: int, session: str) -> kinds.SealMade:
    return kinds.SealMade(
        subject="session",
        name=session,
        revision=1,
        manifest_sha256=f"{number:064x}",
        leaf_hash=f"{number:064x}",
        files={"samples-1.parquet": f"{number:064x}"},
        samples=2 * _ROWS,
        from_position=1,
        to_position=2,
    )


def _row(data_dir: Path, what: str, sessions: int, repeats: int) -> Row:
    taken = np.array([_took_ms(data_dir, *_QUESTIONS[what]) for _ in range(repeats + 1)][1:])
    median_ms, cpu_ms = (float(one) for one in np.median(taken, axis=0))
    fastest, slowest = taken[:, 0].min(), taken[:, 0].max()
    return Row(
        f"{what}, {sessions} sessions",
        f"{median_ms:.0f} ms ({fastest:.0f} to {slowest:.0f}), of which {cpu_ms:.0f} ms of CPU",
        f"at most {LOOK_BACK_MS_MAX} ms",
        median_ms <= LOOK_BACK_MS_MAX,
        {"sessions": sessions, "taken_ms": taken[:, 0].tolist(), "cpu_ms": cpu_ms},
    )


def _took_ms(data_dir: Path, *question: str) -> tuple[float, float]:
    """Return how long the process took by the clock on the wall, and of CPU."""
    one = took([NEEDLELOG, "--data-dir", data_dir, "session", *question])
    return one.wall_s * 1e3, one.cpu_s * 1e3
