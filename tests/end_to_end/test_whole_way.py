"""What simulated pens sent is, sample for sample, what journal, broker and database hold."""

import asyncio
import os
import uuid
from pathlib import Path

import numpy as np
import pytest

from drivers.model import SampleBlock
from drivers.simulator.burst import Fate
from logger.journal.verify import verify
from tests.support import brokered, databased
from tests.support.influxd import Influxd, Shim
from tests.support.mosquitto import Mosquitto
from tests.support.readback import ReadBackV1, ReadBackV2, ReadPoint, Target
from tests.support.simulated import SimulatedPen, assert_exact, sequence_of
from tests.support.whole_way import LINES, PROFILES, SAMPLES, Name, Recorded, record

FIRST, SECOND = ("left", "anterior-thigh"), ("right", "anterior-lower-leg")
EVERY_PEN = [(profile, line) for profile in PROFILES for line in LINES]
WHOLE_LINES = [name for name in EVERY_PEN if name[1] != "lossy"]
LOSSY_LINES = [name for name in EVERY_PEN if name[1] == "lossy"]

every_pen = pytest.mark.parametrize("name", EVERY_PEN, ids=" ".join)
whole_lines = pytest.mark.parametrize("name", WHOLE_LINES, ids=" ".join)
lossy_lines = pytest.mark.parametrize("name", LOSSY_LINES, ids=" ".join)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole-way")


@pytest.fixture(scope="module")
def recorded(directory: Path, request: pytest.FixtureRequest) -> Recorded:
    """One recording of all pens, with a real broker and any v2 database."""
    (directory / "mosquitto").mkdir()
    broker = Mosquitto(directory / "mosquitto")
    broker.start()
    try:
        variable = "NEEDLELOG_TEST_INFLUX_"
        if variable + "URL" in os.environ:
            names = ("URL", "ORG", "BUCKET", "TOKEN")
            target = Target(*(os.environ[variable + name] for name in names))
            return asyncio.run(record(directory, broker.port, target, ReadBackV2(target)))
        influxd: Influxd = request.getfixturevalue("influxd")
        return asyncio.run(_record_behind_shim(directory, broker.port, influxd))
    finally:
        broker.stop()


async def _record_behind_shim(directory: Path, broker_port: int, influxd: Influxd) -> Recorded:
    shim, database = Shim(influxd), f"whole_{uuid.uuid4().hex}"
    await influxd.create(database)
    await shim.start()
    target = Target(shim.url, "clinic", database, "test-token")
    try:
        return await record(directory, broker_port, target, ReadBackV1(influxd.url, database))
    finally:
        await shim.stop()


def _pen(recorded: Recorded, name: Name) -> tuple[SimulatedPen, list[SampleBlock]]:
    pen = recorded.pens[name]
    return pen, recorded.blocks[pen.serial]


def _telemetry(recorded: Recorded, serial: str) -> list[ReadPoint]:
    return recorded.points[serial]["pen_telemetry"]


@whole_lines
def test_the_journal_holds_every_sample_sent(recorded: Recorded, name: Name) -> None:
    pen, blocks = _pen(recorded, name)
    assert sequence_of(blocks) == pen.sequence(Fate.SENT).tolist()
    assert len(pen.sequence()) == len(pen.sequence(Fate.SENT)) == SAMPLES


@every_pen
def test_every_sample_in_the_journal_is_exactly_as_it_was_made(
    recorded: Recorded, name: Name
) -> None:
    pen, blocks = _pen(recorded, name)
    assert_exact(blocks, pen.made(SAMPLES))


@whole_lines
def test_nothing_is_missing_on_a_whole_line(recorded: Recorded, name: Name) -> None:
    serial = recorded.pens[name].serial
    assert recorded.payloads("gap", serial) == []
    assert recorded.payloads("frames.refused", serial) == []


@lossy_lines
def test_everything_that_a_lossy_line_lost_lies_in_a_recorded_gap(
    recorded: Recorded, name: Name
) -> None:
    pen, blocks = _pen(recorded, name)
    present = sequence_of(blocks)
    gaps = recorded.payloads("gap", pen.serial)
    told = [n for gap in gaps for n in range(gap.from_sequence, gap.to_sequence + 1)]
    assert sorted(present + told) == list(range(present[0], present[-1] + 1))
    assert [gap.count for gap in gaps] == [g.to_sequence - g.from_sequence + 1 for g in gaps]
    assert len(told) > 10


@lossy_lines
def test_a_lossy_line_loses_no_more_than_the_frames_that_it_hurt(
    recorded: Recorded, name: Name
) -> None:
    pen, blocks = _pen(recorded, name)
    lost = set(pen.sequence().tolist()) - set(sequence_of(blocks))
    hurt = set(pen.sequence(Fate.DAMAGED).tolist())
    # A frame that lost its end takes the next one with it.
    assert lost <= hurt | {number + 1 for number in hurt}


@lossy_lines
def test_what_a_lossy_line_spoiled_is_counted_in_the_journal(
    recorded: Recorded, name: Name
) -> None:
    pen, _ = _pen(recorded, name)
    refused = recorded.payloads("frames.refused", pen.serial)
    assert sum(sum(one.discarded.values()) for one in refused) > 0


@every_pen
def test_a_subscriber_has_what_the_journal_has(recorded: Recorded, name: Name) -> None:
    pen, blocks = _pen(recorded, name)
    brokered.assert_same_samples(recorded.messages[pen.serial]["telemetry"], blocks)


@every_pen
def test_the_database_has_what_the_journal_has(recorded: Recorded, name: Name) -> None:
    pen, blocks = _pen(recorded, name)
    databased.assert_same_samples(_telemetry(recorded, pen.serial), blocks)


@whole_lines
def test_the_database_holds_micrometres_as_the_nearest_millimetres(
    recorded: Recorded, name: Name
) -> None:
    pen, _ = _pen(recorded, name)
    made = pen.made(SAMPLES)
    held = [point.fields["depth_set_mm"] for point in _telemetry(recorded, pen.serial)]
    assert held == [um / 1000 for um in made.columns["depth_set_mm"].tolist()]


@every_pen
def test_times_in_the_database_are_unique_per_pen(recorded: Recorded, name: Name) -> None:
    pen, blocks = _pen(recorded, name)
    times = [point.time_ns for point in _telemetry(recorded, pen.serial)]
    assert len(set(times)) == len(times) == sum(len(block) for block in blocks)


@every_pen
def test_points_carry_session_side_and_zone_of_their_place_in_the_journal(
    recorded: Recorded, name: Name
) -> None:
    serial = recorded.pens[name].serial
    held = [
        (p.tags["session"], p.tags["side"], p.tags["zone"]) for p in _telemetry(recorded, serial)
    ]
    assert held == _expected_tags(recorded, serial, none="none")


@every_pen
def test_messages_carry_session_side_and_zone_of_their_place_in_the_journal(
    recorded: Recorded, name: Name
) -> None:
    serial = recorded.pens[name].serial
    held = [
        (message["session"], message["side"], message["zone"])
        for message in recorded.messages[serial]["telemetry"]
        for _ in message["sequence"]
    ]
    assert held == _expected_tags(recorded, serial, none=None)


def _expected_tags(
    recorded: Recorded, serial: str, none: str | None
) -> list[tuple[str | None, ...]]:
    """Return the tags of each sample, by the order of entries in the journal alone."""
    session = recorded.sessions[serial]
    by_kind = {"session.started": (session, *FIRST), "segment.started": (session, *SECOND)}
    now: tuple[str | None, ...] = (none, none, none)
    expected: list[tuple[str | None, ...]] = []
    blocks = iter(recorded.blocks[serial])
    for entry in recorded.entries:
        if entry.stream != serial:
            continue
        if entry.kind == "samples":
            expected += [now] * len(next(blocks))
        elif entry.kind == "session.stopped":
            now = (none, none, none)
        else:
            now = by_kind.get(entry.kind, now)
    assert {tags[1] for tags in expected} == {none, FIRST[0], SECOND[0]}
    return expected


@every_pen
def test_all_is_marked_simulated(recorded: Recorded, name: Name) -> None:
    serial = recorded.pens[name].serial
    held = recorded.messages[serial]
    assert all(block.simulated for block in recorded.blocks[serial])
    assert {message["simulated"] for leaf in held.values() for message in leaf} == {True}
    points = [point for name in recorded.points[serial].values() for point in name]
    assert {point.tags["source"] for point in points} == {"simulated"}


@every_pen
def test_the_database_has_one_summary_of_the_session(recorded: Recorded, name: Name) -> None:
    serial = recorded.pens[name].serial
    (summary,) = recorded.points[serial]["session_summary"]
    assert summary.tags["session"] == recorded.sessions[serial]
    assert summary.fields["segments"] == 2
    in_session = [p for p in _telemetry(recorded, serial) if p.tags["session"] != "none"]
    assert summary.fields["samples"] == len(in_session)


@whole_lines
def test_a_session_without_gaps_is_complete(recorded: Recorded, name: Name) -> None:
    (summary,) = recorded.points[recorded.pens[name].serial]["session_summary"]
    assert summary.fields["completeness"] == 1.0


@lossy_lines
def test_a_session_on_a_lossy_line_says_that_it_is_not_complete(
    recorded: Recorded, name: Name
) -> None:
    (summary,) = recorded.points[recorded.pens[name].serial]["session_summary"]
    completeness = summary.fields["completeness"]
    assert isinstance(completeness, float)
    assert 0.8 < completeness < 1.0


def test_settings_of_the_pen_are_events_of_broker_and_database(recorded: Recorded) -> None:
    serial = recorded.pens["npt", "chunked"].serial
    seen = [one.event for one in recorded.payloads("pen.event", serial)]
    dials = [event.value for event in seen if event.name == "depth_dial"]
    assert dials == [0.75, 1.0, 1.25, 1.5]
    messages = [m for m in recorded.messages[serial]["event"] if m["event"] == "depth_dial"]
    assert [message["values"]["depth_set_mm"] for message in messages] == dials
    points = [p for p in recorded.points[serial]["pen_event"] if p.tags["event"] == "depth_dial"]
    assert [point.fields["depth_set_mm"] for point in points] == dials


def test_an_event_has_the_time_of_the_sample_beside_it(recorded: Recorded) -> None:
    pen, blocks = _pen(recorded, ("npt", "chunked"))
    (motor,) = [
        one for one in recorded.payloads("pen.event", pen.serial) if one.event.name == "motor"
    ]
    device_us = np.concatenate([block.device_us for block in blocks])
    times_ns = np.concatenate([block.utc_ns() for block in blocks])
    first_on = int(np.argmax(np.concatenate([block.motor_on() for block in blocks])))
    assert motor.device_us is not None
    assert 0 <= device_us[first_on] - motor.device_us <= 10_000
    assert 0 <= times_ns[first_on] - motor.time_unix_ns <= 10_000_000


def test_the_journal_verifies(recorded: Recorded, directory: Path) -> None:
    result = verify(directory / "data")
    assert result.good, result.problem
    assert result.entries == len(recorded.entries)


def test_sigterm_ends_the_recorder_within_five_seconds(recorded: Recorded) -> None:
    assert recorded.stop_code == 0
    assert recorded.stop_s < 5
    assert recorded.entries[-1].kind == "service.stopped"


def test_nothing_of_client_or_practitioner_leaves_the_machine(recorded: Recorded) -> None:
    outside = repr((recorded.messages, recorded.points))
    assert "C-17" not in outside
    assert "dr-b" not in outside
