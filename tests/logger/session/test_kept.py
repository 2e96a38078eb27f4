"""What is kept from look to look is what whoever looks for the first time finds."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from logger.errors import ConfigError
from logger.journal.entry import Entry
from logger.journal.kinds import ClientErased, SegmentStarted, SessionAmended
from logger.session.figures import figures_of
from logger.session.index import STORE_FILE, SessionFilter
from logger.session.kept import KeptSessions
from logger.session.model import Session
from logger.session.places import Held, held_of
from logger.session.store import Sessions, load_sessions, open_sessions
from tests.support.recorded import Recorded
from tests.support.stories import SESSION, Story, sample_block

_LATER = "20261122-open"


@pytest.fixture
def kept(recorded: Recorded) -> Iterator[KeptSessions]:
    kept = KeptSessions(recorded.data_dir)
    yield kept
    kept.close()


def _entries() -> list[Entry]:
    """Return a session that is amended once it is stopped, then erased, while another goes on."""
    story = Story(encoded=True)
    story.identified()
    story.started(needles=11)
    story.samples(sample_block(30, rate_dhz=range(1000, 1030)))
    story.stopped()
    story.started(_LATER)
    story.samples(sample_block(30, first=30))
    story.append(SegmentStarted(session=_LATER, side="right", zone="lateral-ankle"))
    story.append(
        SessionAmended(
            session=SESSION,
            what="segment.1.zone",
            former="anterior-thigh",
            now="medial-ankle",
            reason="typing error",
            nonce="0",
        )
    )
    story.samples(sample_block(30, first=60))
    story.append(
        ClientErased(
            erasure="e1",
            sessions=(SESSION,),
            stretches=(),
            statements=(),
            account="boss",
            reason="asked",
        )
    )
    story.samples(sample_block(30, first=90))
    return story.entries


def _found(sessions: Sessions) -> list[Session | None]:
    return [sessions.session(line.id) for line in sessions.rows(100)]


def _kept(kept: KeptSessions) -> list[Session | None]:
    with kept.now() as sessions:
        return _found(sessions)


def _afresh(data_dir: Path) -> list[Session | None]:
    with load_sessions(data_dir) as sessions:
        return _found(sessions)


def _save(data_dir: Path) -> None:
    store, _ = open_sessions(data_dir)
    store.close()


@pytest.mark.parametrize("saved_at", [(), (1, 6), range(20)])
def test_every_look_finds_what_is_there_by_then(
    recorded: Recorded, kept: KeptSessions, saved_at: tuple[int, ...]
) -> None:
    seen = set()
    for number, entry in enumerate(_entries()):
        recorded.append([entry])
        if number in saved_at:
            _save(recorded.data_dir)
        found = _kept(kept)
        assert found == _afresh(recorded.data_dir)
        seen |= {one.id for one in found if one is not None}
    assert seen == {SESSION, _LATER}


def test_what_the_store_has_is_asked_of_it(recorded: Recorded, kept: KeptSessions) -> None:
    recorded.append(_entries()[:4])
    _kept(kept)
    _save(recorded.data_dir)
    with closing(apsw.Connection(str(recorded.data_dir / STORE_FILE))) as store:
        store.execute("UPDATE summary SET client = 'of the store'")
    with kept.now() as sessions:
        assert [line.client for line in sessions.rows(10)] == ["of the store"]


def test_a_journal_that_was_put_back_is_read_anew(recorded: Recorded, kept: KeptSessions) -> None:
    entries = _entries()
    recorded.append(entries[:3])
    backup = shutil.copytree(recorded.data_dir, recorded.data_dir.parent / "backup")
    recorded.append(entries[3:6])
    _kept(kept)
    shutil.rmtree(recorded.data_dir)
    shutil.copytree(backup, recorded.data_dir)
    # As long as what was lost, and told otherwise.
    recorded.append([*entries[4:6], entries[6]])
    assert _kept(kept) == _afresh(recorded.data_dir)


def test_another_journal_is_read_anew(recorded: Recorded, kept: KeptSessions) -> None:
    recorded.append(_entries()[:4])
    assert len(_kept(kept)) == 1
    shutil.rmtree(recorded.data_dir)
    recorded.data_dir.mkdir()
    recorded.append(_entries()[:1])
    assert _kept(kept) == []


@pytest.mark.parametrize("content", [None, b"no database at all" * 500])
def test_a_store_that_is_lost_or_damaged_is_done_without(
    recorded: Recorded, kept: KeptSessions, content: bytes | None
) -> None:
    recorded.append(_entries()[:6])
    _save(recorded.data_dir)
    before = _kept(kept)
    for path in recorded.data_dir.glob(f"{STORE_FILE}*"):
        path.unlink()
    if content is not None:
        (recorded.data_dir / STORE_FILE).write_bytes(content)
    assert _kept(kept) == _kept(kept) == before
    _save(recorded.data_dir)
    assert _kept(kept) == before


def test_a_look_that_fails_leaves_the_next_one_whole(
    recorded: Recorded, kept: KeptSessions
) -> None:
    recorded.append(_entries()[:6])
    before = _kept(kept)
    journal = recorded.data_dir / "journal.db"
    journal.rename(recorded.data_dir / "away")
    with pytest.raises(ConfigError, match="no journal"):
        _kept(kept)
    (recorded.data_dir / "away").rename(journal)
    assert _kept(kept) == before


@pytest.mark.parametrize("is_saved", [False, True])
def test_figures_and_held_positions_say_what_their_sessions_do(
    recorded: Recorded, kept: KeptSessions, is_saved: bool
) -> None:
    recorded.append(_entries()[:-2])
    if is_saved:
        _save(recorded.data_dir)
    with kept.now() as sessions:
        whole = [one for one in _found(sessions) if one is not None]
        assert sessions.figures(SessionFilter()) == [figures_of(one) for one in whole]
        held = [one for session in whole for one in held_of(session)]
        assert sorted(sessions.held(0, 2**62), key=_place) == sorted(held, key=_place)


def _place(held: Held) -> tuple[str, int]:
    return held.session, held.from_position
