"""The look-back search: the same rule for what the store has and for what it lacks yet."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from drivers.model import Anchor
from logger.journal.kinds import (
    AnchorSet,
    Plan,
    SegmentStarted,
    SessionNote,
    SessionStarted,
    ZoneLimit,
)
from logger.journal.reader import JournalReader
from logger.session.index import SessionFilter
from logger.session.search import search_sessions
from logger.session.store import load_sessions, open_sessions
from tests.support.recorded import Recorded
from tests.support.stories import HOST_BOOT, PEN, Story, host_time, sample_block

_PLAN = Plan(
    name="gentle",
    version="2",
    zones=(
        ZoneLimit(zone="anterior-thigh", depth_max_mm=1.4),
        ZoneLimit(zone="medial-ankle", depth_max_mm=3),
    ),
)


def _start(story: Story, name: str, **what: Any) -> None:
    """Begin a session that is like no other in what the test is about."""
    usual = {"pen": PEN, "client": "C-1", "practitioner": "dr.a", "side": "left"}
    fields = {**usual, "zone": "anterior-thigh", "nonce": "00", **what}
    story.append(SessionStarted(session=name, **fields), stream=fields["pen"])


def _story() -> Story:
    """Return four stopped sessions; the second deviates on its first zone alone."""
    story = Story(encoded=True)
    story.identified()
    _start(story, "first", client="C-9", indication="scars")
    story.samples(sample_block(100))
    story.stopped("first")
    _start(story, "second", plan=_PLAN)
    story.samples(sample_block(100, first=100))
    story.append(SegmentStarted(session="second", side="right", zone="medial-ankle"))
    story.stopped("second")
    _start(story, "third", practitioner="dr.b", side="right", zone="medial-ankle")
    story.stopped("third")
    _start(story, "fourth", pen="NP-9", plan=_as_version(_PLAN, "3"))
    story.stopped("fourth")
    return story


def _as_version(plan: Plan, version: str) -> Plan:
    return Plan(name=plan.name, version=version, zones=plan.zones)


_QUESTIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["fourth", "third", "second", "first"]),
    ({"client": "C-9"}, ["first"]),
    ({"indication": "scars"}, ["first"]),
    ({"pen": "NP-9"}, ["fourth"]),
    ({"practitioner": "dr.b"}, ["third"]),
    ({"plan": "gentle"}, ["fourth", "second"]),
    ({"plan": "gentle@2"}, ["second"]),
    ({"plan": "gent"}, []),
    ({"zone": "medial-ankle"}, ["third", "second"]),
    ({"zone": "medial-ankle", "side": "left"}, []),
    ({"side": "right"}, ["third", "second"]),
    ({"deviation": "any"}, ["second"]),
    ({"deviation": "depth_set_above"}, ["second"]),
    ({"deviation": "rate_above"}, []),
    ({"deviation": "any", "zone": "anterior-thigh"}, ["second"]),
    ({"deviation": "any", "zone": "medial-ankle"}, []),
]


@pytest.mark.parametrize("saved", [True, False], ids=["from the store", "from the journal"])
@pytest.mark.parametrize(("asked", "names"), _QUESTIONS, ids=str)
def test_a_search_finds_what_is_all_that_was_asked_for(
    recorded: Recorded, asked: dict[str, Any], names: list[str], saved: bool
) -> None:
    recorded.tell(_story())
    if saved:
        _save(recorded.data_dir)
    found = search_sessions(recorded.data_dir, SessionFilter(**asked))
    assert [line.id for line in found] == names


def test_times_are_from_and_before(recorded: Recorded) -> None:
    recorded.tell(_story())
    (line,) = search_sessions(recorded.data_dir, SessionFilter(client="C-9"))
    at = line.started_unix_ns
    assert search_sessions(recorded.data_dir, SessionFilter(client="C-9", since_unix_ns=at))
    assert not search_sessions(recorded.data_dir, SessionFilter(until_unix_ns=at, client="C-9"))
    assert search_sessions(recorded.data_dir, SessionFilter(until_unix_ns=at + 1, client="C-9"))


def test_a_start_by_a_wrong_clock_is_found_at_its_corrected_time(recorded: Recorded) -> None:
    wrong = replace(host_time(), wall_ns=1, synchronised=False)
    story = Story(encoded=True)
    for host in (wrong, host_time()):
        anchor = AnchorSet(
            anchor=Anchor(0, 0, 0), reason="link up", host=host, host_boot_id=HOST_BOOT
        )
        story.append(anchor)
        if host is wrong:
            _start(story, "early")
            story.stopped("early")
    recorded.tell(story)
    _save(recorded.data_dir)
    (line,) = search_sessions(recorded.data_dir, SessionFilter())
    assert line.corrected_started_unix_ns is not None
    assert line.corrected_started_unix_ns > line.started_unix_ns
    wanted = SessionFilter(since_unix_ns=line.corrected_started_unix_ns)
    assert search_sessions(recorded.data_dir, wanted) == [line]


def test_an_open_session_is_found_beside_those_of_the_store(recorded: Recorded) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    story = Story(encoded=True)
    _start(story, "now", client="C-9")
    recorded.tell(story)
    found = search_sessions(recorded.data_dir, SessionFilter(client="C-9"))
    assert [(line.id, line.state) for line in found] == [("now", "open"), ("first", "stopped")]
    assert [line.id for line in search_sessions(recorded.data_dir, SessionFilter(), 2)] == [
        "now",
        "fourth",
    ]


def test_what_changed_after_the_last_save_is_searched_as_it_is_now(recorded: Recorded) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    story = Story()
    story.append(SessionNote(session="first", text="late", nonce="0"))
    recorded.tell(story)
    found = search_sessions(recorded.data_dir, SessionFilter())
    with load_sessions(recorded.data_dir) as sessions:
        assert found == sessions.search(SessionFilter())


def test_a_damaged_store_is_passed_over(recorded: Recorded) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    store = recorded.data_dir / "sessions.db"
    store.write_bytes(store.read_bytes()[:5000] + bytes(4000))
    found = search_sessions(recorded.data_dir, SessionFilter())
    assert [line.id for line in found] == ["fourth", "third", "second", "first"]


def test_a_list_of_stopped_sessions_needs_no_heavy_library(recorded: Recorded) -> None:
    """It takes 0.2 s as a process; each of these takes 0.1 s or more to import."""
    recorded.tell(_story())
    _save(recorded.data_dir)
    heavy = ["numpy", "pydantic", "pyarrow", "fhir", "asyncio", "logger.session.projection"]
    program = (
        "import sys\n"
        f"sys.argv = ['needlelog', '--data-dir', {str(recorded.data_dir)!r}, 'session', 'list']\n"
        "from logger.cli.main import main\n"
        "try:\n    main()\nfinally:\n"
        f"    print([one for one in {heavy!r} if one in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "second" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def _save(data_dir: Path) -> None:
    store, _ = open_sessions(data_dir)
    store.close()
    with JournalReader(data_dir) as reader:
        assert reader.last_position()
