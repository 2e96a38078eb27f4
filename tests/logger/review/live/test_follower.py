"""Following a real journal while somebody writes it."""

from pathlib import Path

import pytest

from logger.errors import ConfigError
from logger.journal import kinds
from logger.review.live.follower import SHOWN_S, Follower
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, PEN, SESSION, Story, opened, sample_block

_NS_PER_S = 1_000_000_000


def _samples(count: int, first: int = 0) -> Story:
    story = Story()
    story.samples(sample_block(count, first=first))
    return story


def test_what_is_committed_is_seen_once(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.tell(opened())
    with Follower(tmp_path, EPOCH_NS) as follower:
        recorded.tell(_samples(20))
        seen, again = follower.look(), follower.look()
    assert [(strip.pen, strip.rate_hz[-1]) for strip in seen.strips] == [(PEN, 100.0)]
    assert again.strips == []


def test_only_what_is_no_sample_changes_how_things_stand(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.tell(opened())
    with Follower(tmp_path, EPOCH_NS) as follower:
        recorded.tell(_samples(20))
        assert not follower.look().is_changed
        story = Story()
        story.append(kinds.SessionPaused(session=SESSION))
        recorded.tell(story)
        assert follower.look().is_changed


def test_an_open_session_grows_with_its_samples(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.tell(opened())
    with Follower(tmp_path, EPOCH_NS) as follower:
        recorded.tell(_samples(20))
        follower.look()
        (session,) = follower.sessions()
        assert session.totals.samples_received == 20
        story = Story()
        story.stopped()
        recorded.tell(story)
        follower.look()
        assert follower.sessions() == []


def test_it_begins_with_the_last_minutes_and_no_more(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.tell(opened())
    recorded.tell(_samples(20))
    with Follower(tmp_path, EPOCH_NS + (SHOWN_S - 1) * _NS_PER_S) as follower:
        assert len(follower.shown()) == 1
    with Follower(tmp_path, EPOCH_NS + (SHOWN_S + 1) * _NS_PER_S) as follower:
        assert follower.shown() == []


def test_what_no_chart_shows_any_more_is_forgotten(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    recorded.tell(opened())
    with Follower(tmp_path, EPOCH_NS) as follower:
        recorded.tell(_samples(20))
        follower.look()
        recorded.tell(_samples(20, first=(SHOWN_S + 1) * 100))
        follower.look()
        (shown,) = follower.shown()
        assert shown.from_ms == EPOCH_NS / 1e6 + (SHOWN_S + 1) * 1000


def test_far_behind_it_is_better_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logger.review.live.follower._BEHIND_MAX", 3)
    recorded = Recorded(tmp_path)
    recorded.tell(opened())
    with Follower(tmp_path, EPOCH_NS) as follower:
        recorded.tell(opened())
        assert not follower.is_outworn()
        recorded.tell(opened())
        assert follower.is_outworn()


def test_without_a_journal_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no journal here"):
        Follower(tmp_path, EPOCH_NS)
