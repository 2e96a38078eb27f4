"""One open link over a real PTY, and the signs that it has died."""

from collections.abc import Iterator
from typing import cast

import pytest

from drivers.model import HostTime
from drivers.port import Port, open_port
from drivers.profile import find_profile
from logger.recorder.link import (
    IDENTIFY_EVERY_NS,
    KEPT_AT_MOST,
    READ_AT_ONCE,
    UNREADABLE_AFTER,
    Link,
)
from logger.recorder.settings import RecordingSettings
from tests.support.pty import PtyPen
from tests.support.wire import NPT, S_NS, assembler, host, identity, payloads, samples, told


@pytest.fixture
def pen() -> Iterator[PtyPen]:
    with PtyPen() as pen:
        yield pen


@pytest.fixture
def link(pen: PtyPen) -> Iterator[Link]:
    """A link that was opened at 0 s, with a frame timeout of 2 s."""
    with open_port(pen.path, NPT) as port:
        yield Link(port, NPT, assembler(), RecordingSettings(frame_timeout_s=2), host())


def _heard(link: Link, pen: PtyPen, data: bytes, at_s: float) -> list[str]:
    """Return what a commit makes of ``data``, said just before it."""
    pen.say(data)
    link.read_all(lambda: host(at_s))
    return told(link.drain(host(at_s)))


def test_what_was_read_is_drained_once(pen: PtyPen, link: Link) -> None:
    assert _heard(link, pen, identity() + samples(0, 2), 0.1)[-1] == "samples"
    assert link.drain(host(0.2)) == []


def test_reading_keeps_bytes_until_the_commit(pen: PtyPen, link: Link) -> None:
    pen.say(identity())
    assert link.read_all(lambda: host(0.1)) == link.buffered == len(identity())
    link.drain(host(0.2))
    assert (link.buffered, link.drained_bytes) == (0, len(identity()))


class _Flood:
    """A port on which there is always more."""

    name, simulated = "flood", True
    more = samples(0, 1000)

    def read_now(self) -> bytes:
        return self.more

    def write(self, data: bytes) -> None:
        pass


def test_what_a_hung_commit_leaves_in_memory_is_bounded() -> None:
    link = Link(cast("Port", _Flood()), NPT, assembler(), RecordingSettings(), host())
    while link.read_all(lambda: host(0.1)):
        assert link.buffered <= KEPT_AT_MOST + READ_AT_ONCE + len(_Flood.more)
    link.drain(host(0.2))
    assert link.read_all(lambda: host(0.3)) >= READ_AT_ONCE


class _Suspended:
    """A port whose machine sleeps while it is read."""

    name, simulated = "suspended", True
    woken_s = 0.0

    def read_now(self) -> bytes:
        self.woken_s = 60.0
        return identity() + samples(0, 2)

    def clock(self) -> HostTime:
        return host(self.woken_s)


def test_what_was_read_is_never_timed_before_it_was_read() -> None:
    port = _Suspended()
    link = Link(cast("Port", port), NPT, assembler(), RecordingSettings(), host())
    link.read_all(port.clock)
    (anchor,) = payloads(link.drain(port.clock()), "anchor.set")
    assert anchor.host == host(60.0)


def test_the_pen_is_asked_who_it_is(pen: PtyPen, link: Link) -> None:
    link.drain(host(0.1))
    assert pen.hear() == NPT.identify


def test_the_pen_is_asked_again_after_a_while(pen: PtyPen, link: Link) -> None:
    again_s = 0.1 + IDENTIFY_EVERY_NS / S_NS
    for at_s in (0.1, 0.2, again_s - 0.1, again_s):
        link.drain(host(at_s))
    assert NPT.identify is not None
    asked = pen.hear()
    while len(asked) < 2 * len(NPT.identify):
        asked += pen.hear()
    assert asked == NPT.identify * 2


def test_a_pen_that_is_known_is_not_asked(pen: PtyPen, link: Link) -> None:
    _heard(link, pen, identity(), 0.1)
    link.drain(host(5))
    assert pen.heard() == b""


def test_a_pen_whose_profile_has_no_question_is_never_written_to(pen: PtyPen) -> None:
    profile = find_profile("template-binary")
    with open_port(pen.path, profile) as port:
        maker = assembler(profile, pen_name="ROOM-2")
        link = Link(port, profile, maker, RecordingSettings(), host())
        for at_s in range(10):
            link.drain(host(at_s))
    assert pen.heard() == b""


def test_a_pen_that_never_spoke_is_no_lost_link(pen: PtyPen, link: Link) -> None:
    link.drain(host(3600))
    assert link.lost is None


def test_silence_after_frames_loses_the_link(pen: PtyPen, link: Link) -> None:
    _heard(link, pen, identity() + samples(0, 1), 1)
    link.drain(host(3))
    assert link.lost is None
    drafts = link.drain(host(3.2))
    assert link.lost == "silent"
    (lost,) = payloads(drafts, "link.lost")
    assert (lost.reason, lost.detail) == ("silent", f"{pen.path}: no good frame for 2.2 s")


def test_bytes_without_frames_are_silence_too(pen: PtyPen, link: Link) -> None:
    _heard(link, pen, identity(), 1)
    _heard(link, pen, b"noise", 2.9)
    _heard(link, pen, b"noise", 3.2)
    assert link.lost == "silent"


def test_much_that_makes_no_sense_is_a_wrong_baud_rate_or_profile(pen: PtyPen, link: Link) -> None:
    for number in range(UNREADABLE_AFTER // 1024):
        assert link.lost is None
        _heard(link, pen, b"\x55" * 1024, 0.1 * number)
    assert link.lost == "unreadable"
    assert "wrong baud rate (115200) or wrong profile" in link.lost_detail


def test_a_good_frame_now_and_then_keeps_a_noisy_link(pen: PtyPen, link: Link) -> None:
    _heard(link, pen, identity(), 0)
    for number in range(12):
        _heard(link, pen, b"\x55" * 1024 + b"\0" + samples(number, 1), 0.1 * number)
    assert link.lost is None


def test_an_unplugged_port_loses_the_link(pen: PtyPen, link: Link) -> None:
    _heard(link, pen, identity(), 0.1)
    pen.unplug()
    link.read_all(lambda: host(0.2))
    (lost,) = payloads(link.drain(host(0.2)), "link.lost")
    assert lost.reason == "unplugged"


def test_what_was_read_before_the_end_is_drained_before_its_entry(pen: PtyPen, link: Link) -> None:
    pen.say(identity() + samples(0, 2))
    link.read_all(lambda: host(0.1))
    pen.unplug()
    link.read_all(lambda: host(0.2))
    assert told(link.drain(host(0.2)))[-2:] == ["samples", "link.lost"]


def test_refused_frames_are_told_before_the_end(pen: PtyPen, link: Link) -> None:
    _heard(link, pen, identity() + samples(0, 1), 0.1)
    _heard(link, pen, b"\x02\x09\x01\x09\0", 0.2)
    link.lose("stopped", "")
    assert told(link.drain(host(0.3))) == ["frames.refused", "link.lost"]


def test_the_first_reason_counts(link: Link) -> None:
    link.lose("unplugged", "first")
    link.lose("stopped", "second")
    assert (link.lost, link.lost_detail) == ("unplugged", "first")


def test_a_lost_link_has_one_end(pen: PtyPen, link: Link) -> None:
    _heard(link, pen, identity(), 0.1)
    link.lose("stopped", "")
    assert told(link.drain(host(0.2))) == ["link.lost"]
    assert link.drain(host(0.3)) == []


def test_a_link_on_which_nobody_was_identified_ends_without_an_entry(link: Link) -> None:
    link.lose("stopped", "")
    assert link.drain(host(0.1)) == []


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [("NP-1", "NP-2", "another pen"), ("", "", "unsupported")],
)
def test_a_pen_that_cannot_be_recorded_loses_the_link(
    pen: PtyPen, link: Link, first: str, second: str, reason: str
) -> None:
    _heard(link, pen, identity(serial=first) + identity(serial=second), 0.1)
    assert link.lost == reason
