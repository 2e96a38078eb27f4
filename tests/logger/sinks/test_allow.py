"""What leaves the mini-PC is named; everything else stays."""

import re

import pytest

from logger.journal import kinds
from logger.sinks.allow import ALLOWED_KINDS, public_erasure, public_event
from logger.sinks.influx_points import event_line
from logger.sinks.mqtt_payloads import Publisher
from logger.sinks.sink import Labelled
from tests.support.databased import influx_sink
from tests.support.everything import SECRET, event, journal_of_everything
from tests.support.journaled import ListJournal
from tests.support.readback import Target

STAYS = {
    "journal.opened",
    "pen.carried",
    "session.carried",
    "service.disk",
    "service.started",
    "service.stopped",
    "pen.identified",
    "pen.checked",
    "anchor.set",
    "clock.changed",
    "frames.refused",
    "session.note",
    "access.signed_in",
    "access.signed_out",
    "access.failed",
    "access.viewed",
    "access.exported",
    "account.added",
    "account.changed",
    "account.closed",
    "account.reopened",
    "account.token_made",
    "account.token_revoked",
    "client.erasure_done",
    "damaged.emptied",
    "hold.lifted",
    "hold.set",
    "payloads.pruned",
    "seal.made",
    "session.restated",
    "session.amended",
    "session.clinical",
    "session.reviewed",
    "session.signed",
    "session.split",
    "session.merged",
    "samples.assigned",
    "delivery.rejected",
    "queue.replayed",
    "queue.retried",
    "queue.dropped",
    "queue.given_up",
    "key.made",
    "key.revoked",
}


def test_every_kind_is_decided_upon() -> None:
    """A new kind fails here until someone says whether it may leave."""
    assert set(kinds.KINDS) | {kinds.SAMPLES} == ALLOWED_KINDS | STAYS
    assert not ALLOWED_KINDS & STAYS


def test_kinds_that_stay_tell_nothing() -> None:
    told = {
        entry.kind
        for entry in journal_of_everything().entries
        if public_event(entry) is not None or public_erasure(entry) is not None
    }
    assert told == ALLOWED_KINDS - {kinds.SAMPLES}


def test_no_free_text_reaches_a_broker() -> None:
    publisher = Publisher("needlelog/clinic", "clinic", "ab" * 16)
    messages = [
        publisher.message(Labelled(entry, entry.block, None), 0)
        for entry in journal_of_everything().entries
    ]
    sent = b"".join(m.topic.encode() + m.payload for m in messages if m is not None)
    assert b"depth_dial" in sent
    assert SECRET.encode() not in sent


def test_no_free_text_reaches_a_database() -> None:
    lines = []
    for entry in journal_of_everything().entries:
        told = public_event(entry)
        if told is not None:
            lines.append(event_line("clinic", entry, told, None))
    assert any("depth_dial" in line for line in lines)
    assert SECRET not in "\n".join(lines)


async def test_a_summary_is_numbers_alone() -> None:
    journal = journal_of_everything()
    sink = influx_sink(Target("http://127.0.0.1:1", "o", "b", "t"))
    stop = journal.entries[-1]
    from logger.session.assignment import Assignment

    label = Assignment("20261122-abcd", "left", "anterior-thigh", False)
    _, summary = sink._event_lines(Labelled(stop, None, label))
    assert re.fullmatch(
        r"session_summary,pen=NP-1,session=20261122-abcd,site=clinic,source=pen "
        r"duration_s=61.5,punctures=1000i \d+",
        summary,
    )


@pytest.mark.parametrize(
    ("name", "value", "fields"),
    [
        ("depth_dial", 1.5, {"depth_set_mm": 1.5}),
        ("rate_dial", 116.7, {"rate_set_hz": 116.7}),
        ("motor", 1.0, {"motor_on": True}),
        ("cartridge_seated", 0.0, {"cartridge_seated": False}),
        ("fault", 3.0, {"fault_number": 3}),
        ("button", 2.0, {"button_number": 2}),
    ],
)
def test_an_event_of_the_pen_tells_its_value_under_its_unit(
    name: str, value: float, fields: dict[str, object]
) -> None:
    told = public_event(ListJournal().append(event(name, value=value)))
    assert told is not None
    assert told.fields == fields


def test_an_unforeseen_reason_becomes_other() -> None:
    entry = ListJournal().append(kinds.LinkLost(port="x", reason="Dr. Smith pulled it"))
    told = public_event(entry)
    assert told is not None
    assert told.fields == {"reason": "other"}


def test_an_erased_entry_tells_nothing() -> None:
    journal = ListJournal()
    journal.append(kinds.Gap(cause="sequence", count=1))
    journal.erase(1)
    assert public_event(journal.entries[0]) is None
