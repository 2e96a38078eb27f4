"""Which ports are tried for which pen, and where each pen's record ended."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from drivers.discovery import PortInfo
from drivers.model import Anchor, HostTime
from drivers.port import open_port
from drivers.profile import Profile, shipped_profiles
from logger.backoff import Backoff
from logger.errors import ConfigError, UnsupportedPen
from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.entry import Draft
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.link import Link
from logger.recorder.pen_recorder import PenRecorder, Target
from logger.recorder.roster import Roster, profile_of
from logger.recorder.settings import PenSettings, RecordingSettings
from tests.support.pty import PtyPen
from tests.support.stories import sample_block
from tests.support.wire import HOST_BOOT, NPT, assembler, host, identity, nobody_known, samples


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path, host) as journal:
        yield journal


@pytest.fixture
def roster(journal: Journal, tmp_path: Path) -> Iterator[Roster]:
    with JournalReader(tmp_path) as reader:
        yield Roster(reader)


def _recorder() -> PenRecorder:
    return PenRecorder(
        targets=list,
        resume=nobody_known,
        settings=RecordingSettings(),
        clock=host,
        host_boot_id=HOST_BOOT,
        sleep=asyncio.sleep,
        hurry=lambda: None,
        backoff=Backoff(random.Random(1)),
    )


def _linked(pen: PtyPen, data: bytes) -> PenRecorder:
    """Return a recorder on whose link ``data`` was heard."""
    recorder = _recorder()
    recorder.link = Link(open_port(pen.path, NPT), NPT, assembler(), recorder.settings, host())
    pen.say(data)
    recorder.drain()
    return recorder


@pytest.fixture
def linked(roster: Roster) -> Iterator[PenRecorder]:
    """A recorder of the roster with pen NP-1 on its link, five samples recorded."""
    with PtyPen() as pen:
        recorder = _linked(pen, identity() + samples(0, 5))
        roster.recorders.append(recorder)
        yield recorder
        assert recorder.link is not None
        recorder.link.port.close()


def _port(device: str, stable_path: str | None = None) -> PortInfo:
    return PortInfo(device, stable_path, 0x1209, 1, "1", "pen", ("npt",), ())


def test_a_pen_with_a_port_is_looked_for_there_alone(roster: Roster) -> None:
    pen = PenSettings(port="/dev/ttyACM0", name="ROOM-2")
    assert roster.targets(pen, NPT) == [Target("/dev/ttyACM0", NPT, "ROOM-2")]


def test_auto_tries_what_its_profile_names_by_the_stable_path(roster: Roster) -> None:
    asked: list[Sequence[Profile]] = []

    def find(profiles: Sequence[Profile]) -> Sequence[PortInfo]:
        asked.append(profiles)
        return [_port("/dev/ttyACM0", "/dev/serial/by-id/pen"), _port("/dev/ttyACM1")]

    roster.find = find
    ports = [target.port for target in roster.targets(PenSettings(), NPT)]
    assert ports == ["/dev/serial/by-id/pen", "/dev/ttyACM1"]
    assert asked == [[NPT]]


def test_auto_leaves_ports_that_another_recorder_has(roster: Roster, linked: PenRecorder) -> None:
    assert linked.link is not None
    taken = linked.link.assembler.port
    roster.find = lambda profiles: [_port(taken), _port("/dev/ttyACM1")]
    ports = [target.port for target in roster.targets(PenSettings(), NPT)]
    assert ports == ["/dev/ttyACM1"]


class _Vanishing:
    """A recorder whose link is lost between two looks at it."""

    def __init__(self, link: Link | None) -> None:
        self._looks = iter([link, None])

    @property
    def link(self) -> Link | None:
        return next(self._looks)


def test_a_link_may_be_lost_while_a_thread_looks_for_ports(
    roster: Roster, linked: PenRecorder
) -> None:
    assert linked.link is not None
    taken = linked.link.assembler.port
    roster.recorders[0] = cast("PenRecorder", _Vanishing(linked.link))
    roster.find = lambda profiles: [_port(taken), _port("/dev/ttyACM1")]
    ports = [target.port for target in roster.targets(PenSettings(), NPT)]
    assert ports == ["/dev/ttyACM1"]


def test_a_pen_that_was_never_seen_has_no_past(roster: Roster) -> None:
    assert roster.resumption("NP-1", _recorder()) is None


def test_a_pen_of_another_recorder_is_refused_with_the_mend(
    roster: Roster, linked: PenRecorder
) -> None:
    with pytest.raises(UnsupportedPen, match=r"two pens have this serial number\. Unplug one"):
        roster.resumption("NP-1", _recorder())


def test_a_recorder_may_have_its_own_pen_again(roster: Roster, linked: PenRecorder) -> None:
    roster.remember(linked)
    known = roster.resumption("NP-1", linked)
    assert known is not None
    assert (known.last_sequence, known.boot_id, known.anchor_number) == (4, 7, 1)


def test_a_pen_goes_on_where_the_journal_ends(roster: Roster, journal: Journal) -> None:
    block = sample_block(10, first=90, pen="NP-1")
    _journal_anchor(journal, 12)
    journal.append([Draft(kinds.SAMPLES, "NP-1", "service", encode_block(block))])
    known = roster.resumption("NP-1", _recorder())
    assert known is not None
    assert (known.last_sequence, known.anchor_number) == (99, 12)
    assert known.last_unix_ns == int(block.utc_ns()[-1])


def test_a_pen_that_sent_no_samples_still_has_its_anchors(roster: Roster, journal: Journal) -> None:
    _journal_anchor(journal, 12)
    known = roster.resumption("NP-1", _recorder())
    assert known is not None
    assert (known.last_sequence, known.anchor_number) == (None, 12)


def _journal_anchor(journal: Journal, number: int) -> None:
    anchor = kinds.AnchorSet(
        anchor=Anchor(number, 0, 0), reason="drift", host=HostTime(0, 0, True), host_boot_id=""
    )
    journal.append([Draft(kinds.kind_of(anchor), "NP-1", "service", kinds.encode(anchor))])


def test_rules_know_which_pens_were_seen_and_which_are_linked(
    roster: Roster, linked: PenRecorder
) -> None:
    assert roster.known_pens() == {}
    roster.remember(linked)
    assert roster.known_pens()["NP-1"].linked
    assert linked.link is not None
    linked.link.lose("unplugged", "")
    assert not roster.known_pens()["NP-1"].linked
    assert roster.seen == {"NP-1"}


def test_a_clinics_own_profile_comes_before_a_shipped_one(tmp_path: Path) -> None:
    text = Path(shipped_profiles()["npt"]).read_text(encoding="utf-8")
    title = f'title = "{NPT.title}"'
    assert title in text
    (tmp_path / "npt.toml").write_text(text.replace(title, 'title = "Ours"'))
    assert profile_of(PenSettings(), tmp_path).title == "Ours"
    assert profile_of(PenSettings(), None).title == NPT.title


def test_a_profile_that_is_not_there_is_named_with_the_mend() -> None:
    with pytest.raises(ConfigError, match="nonesuch"):
        profile_of(PenSettings(profile="nonesuch"), None)
