"""Events and stretches of time, down to the ns."""

from msgspec.structs import replace

from logger.journal import kinds
from logger.sinks.allow import PublicEvent
from logger.sinks.influx_points import event_line, summary_line
from logger.sinks.influx_retag import Stretch, predicate, rfc3339, stretches
from logger.sinks.sink import Labelled
from tests.support.journaled import EPOCH_US, ListJournal


def test_an_event_line_quotes_words_and_marks_whole_numbers() -> None:
    entry = replace(ListJournal().append(kinds.Gap(cause="link", count=1)), position=1234)
    event = PublicEvent("gap", 1_000_000_999, {"cause": 'a"b\\c', "missing_count": 3, "x": True})
    assert event_line("clinic", entry, event, None) == (
        "pen_event,pen=NP-1,session=none,side=none,site=clinic,source=pen,zone=none,event=gap "
        'cause="a\\"b\\\\c",missing_count=3i,x=true,position=1234i 1000000234'
    )


def test_a_summary_without_numbers_or_session_is_none() -> None:
    entry = ListJournal().append(kinds.SessionStopped(session="s", reason="ordered"))
    assert summary_line("clinic", entry, None, {"duration_s": 1.0}) is None


def test_a_stretch_never_reaches_over_a_step_of_the_clock() -> None:
    journal = ListJournal()
    for anchor in (7, 7, 8, 7):
        journal.append_samples(rows=2, anchor=anchor)
    batch = [Labelled(entry, entry.block, None) for entry in journal.entries]
    start = EPOCH_US * 1000
    ms = 1_000_000
    assert list(stretches(batch)) == [
        Stretch("pen_telemetry", start + 7, start + 30 * ms + 7),
        Stretch("pen_telemetry", start + 40 * ms + 8, start + 50 * ms + 8),
        Stretch("pen_telemetry", start + 60 * ms + 7, start + 70 * ms + 7),
    ]


def test_times_for_the_delete_api_keep_their_nanoseconds() -> None:
    assert rfc3339(1_760_000_000_000_042_007) == "2025-10-09T08:53:20.000042007Z"


def test_a_predicate_names_the_tags_as_the_database_holds_them() -> None:
    assert predicate("pen_telemetry", "clinic", 'N "1', None) == (
        '_measurement="pen_telemetry" AND site="clinic" AND pen="N \\"1" '
        'AND session="none" AND side="none" AND zone="none"'
    )
