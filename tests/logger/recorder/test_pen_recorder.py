"""One recorder over real PTYs: opens, reads, and comes back after every loss."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from logger.backoff import Backoff
from logger.errors import UnsupportedPen
from logger.journal.entry import Draft
from logger.recorder.assembler import Resume
from logger.recorder.clock import HostClock
from logger.recorder.pen_recorder import BUFFER_LIMIT, PenRecorder, Target
from logger.recorder.settings import RecordingSettings
from logger.recorder.timeline import Resumption
from tests.support.ports import eventually
from tests.support.pty import PtyPen
from tests.support.wire import HOST_BOOT, NPT, identity, nobody_known, numbers, samples, told

COMMIT_S = 0.01


class Bench:
    """A recorder with a commit every 10 ms, and what it has said."""

    def __init__(self, *targets: Target) -> None:
        self.targets: Sequence[Target] = targets
        self.drafts: list[Draft] = []
        self.hurried = 0
        self.drains = True
        self.known: Resume = nobody_known
        self.recorder = PenRecorder(
            targets=lambda: self.targets,
            resume=self._resume,
            settings=RecordingSettings(commit_interval_s=COMMIT_S, frame_timeout_s=30),
            clock=HostClock(),
            host_boot_id=HOST_BOOT,
            sleep=asyncio.sleep,
            hurry=self._hurry,
            backoff=Backoff(random.Random(1), 0.01, 0.05),
        )

    def _resume(self, serial: str) -> Resumption | None:
        return self.known(serial)

    def _hurry(self) -> None:
        self.hurried += 1

    @property
    def kinds(self) -> list[str]:
        return told(self.drafts)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.recorder.run()), asyncio.create_task(self._commit())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _commit(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_S)
            if self.drains:
                self.drafts += self.recorder.drain()


def _target(pen: PtyPen) -> Target:
    return Target(pen.path, NPT)


async def _open(bench: Bench, pen: PtyPen) -> None:
    """Return once the recorder listens to ``pen``; what is said before is lost."""

    def listening() -> bool:
        link = bench.recorder.link
        return link is not None and link.lost is None and link.port.name == pen.path

    await eventually(listening)


async def test_a_pen_is_recorded() -> None:
    with PtyPen() as pen:
        bench = Bench(_target(pen))
        async with bench.running():
            await _open(bench, pen)
            pen.say(identity() + samples(0, 10))
            await eventually(lambda: numbers(bench.drafts) == list(range(10)))
            assert bench.recorder.serial == "NP-1"


async def test_an_unplugged_pen_is_recorded_again_when_it_is_back() -> None:
    with PtyPen() as first, PtyPen() as second:
        bench = Bench(_target(first))
        async with bench.running():
            await _open(bench, first)
            first.say(identity() + samples(0, 5))
            await eventually(lambda: len(numbers(bench.drafts)) == 5)
            bench.targets = [_target(second)]
            first.unplug()
            await eventually(lambda: "link.lost" in bench.kinds)
            await _open(bench, second)
            second.say(identity() + samples(5, 5))
            await eventually(lambda: len(numbers(bench.drafts)) == 10)


async def test_a_lost_pen_is_not_linked() -> None:
    with PtyPen() as pen:
        bench = Bench(_target(pen))
        async with bench.running():
            await _open(bench, pen)
            pen.say(identity())
            await eventually(lambda: bench.recorder.serial == "NP-1")
            pen.unplug()
            await eventually(lambda: bench.recorder.serial is None)


async def test_a_port_that_is_not_there_is_told_and_tried_again() -> None:
    bench = Bench(Target("/dev/no-such-pen", NPT))
    async with bench.running():
        await eventually(lambda: "no such device" in bench.recorder.trouble)
        with PtyPen() as pen:
            bench.targets = [_target(pen)]
            await _open(bench, pen)
            assert bench.recorder.trouble == ""


async def test_no_port_at_all_is_told() -> None:
    bench = Bench()
    async with bench.running():
        await eventually(lambda: bench.recorder.trouble == "no port of a known pen is plugged in")


async def test_several_ports_are_tried_in_turn() -> None:
    with PtyPen() as pen:
        bench = Bench(Target("/dev/no-such-pen", NPT), _target(pen))
        async with bench.running():
            await _open(bench, pen)


async def test_trouble_that_opening_does_not_mend_stays_told_until_a_pen_is_recorded() -> None:
    def twin(serial: str) -> Resumption | None:
        raise UnsupportedPen(f"pen {serial}", "two pens have this serial number", "Unplug one")

    with PtyPen() as pen:
        bench = Bench(_target(pen))
        bench.known = twin
        async with bench.running():
            await _open(bench, pen)
            pen.say(identity())
            await eventually(lambda: "two pens" in bench.recorder.trouble)
            await _open(bench, pen)
            assert "two pens" in bench.recorder.trouble
            bench.known = nobody_known
            pen.say(identity())
            await eventually(lambda: bench.recorder.trouble == "")


async def test_a_fast_line_waits_for_the_commit_with_a_bounded_buffer() -> None:
    with PtyPen() as pen:
        bench = Bench(_target(pen))
        async with bench.running():
            await _open(bench, pen)
            link = bench.recorder.link
            assert link is not None
            pen.say(identity() + samples(0, 100))
            await eventually(lambda: len(numbers(bench.drafts)) == 100)
            bench.drains = False
            writing = asyncio.create_task(asyncio.to_thread(_flood, pen))
            await eventually(lambda: bench.hurried > 0)
            assert link.buffered < BUFFER_LIMIT + 65_536
            bench.drains = True
            await writing
            await eventually(lambda: numbers(bench.drafts)[-1] == 99 + 15_000)
        assert len(numbers(bench.drafts)) == 100 + 15_000


def _flood(pen: PtyPen) -> None:
    for first in range(100, 15_100, 100):
        pen.say(samples(first, 100))


async def test_cancelling_closes_the_port() -> None:
    with PtyPen() as pen:
        bench = Bench(_target(pen))
        async with bench.running():
            await _open(bench, pen)
        again = Bench(_target(pen))
        async with again.running():
            await _open(again, pen)


async def test_a_pen_whose_recorder_was_stopped_is_not_told_to_be_unplugged() -> None:
    with PtyPen() as pen:
        bench = Bench(_target(pen))
        async with bench.running():
            await _open(bench, pen)
            pen.say(identity())
            await eventually(lambda: bench.recorder.serial == "NP-1")
        link = bench.recorder.link
        assert link is not None
        # As a commit does that is still under way.
        link.read_all(HostClock())
        assert link.lost == "stopped"
        assert told(bench.recorder.drain()) == ["link.lost"]


@pytest.mark.parametrize(("before", "cause"), [(False, "restart"), (True, "link")])
async def test_a_gap_is_the_links_only_after_a_first_link(before: bool, cause: str) -> None:
    with PtyPen() as first, PtyPen() as second:
        bench = Bench(_target(first))
        async with bench.running():
            await _open(bench, first)
            if before:
                first.say(identity())
                await eventually(lambda: bench.recorder.serial == "NP-1")
            bench.targets = [_target(second)]
            first.unplug()
            await eventually(
                lambda: (
                    bench.recorder.link is not None and bench.recorder.link.port.name == second.path
                )
            )
            assert bench.recorder.link is not None
            assert bench.recorder.link.assembler.gap_cause == cause


async def test_a_silent_port_is_left_for_another_on_which_the_pen_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("logger.recorder.link.UNHEARD_AFTER_NS", 50_000_000)
    monkeypatch.setattr("logger.recorder.pen_recorder.LOOK_AROUND_S", 0.01)
    with PtyPen() as silent, PtyPen() as pen:
        bench = Bench(_target(silent))
        async with bench.running():
            await _open(bench, silent)
            # The pen is plugged in only now; its port is the second that ``auto`` finds.
            bench.targets = [_target(silent), _target(pen)]
            await _open(bench, pen)
            pen.say(identity() + samples(0, 5))
            await eventually(lambda: numbers(bench.drafts) == list(range(5)))


async def test_a_silent_port_is_kept_while_there_is_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("logger.recorder.link.UNHEARD_AFTER_NS", 20_000_000)
    monkeypatch.setattr("logger.recorder.pen_recorder.LOOK_AROUND_S", 0.01)
    with PtyPen() as pen:
        bench = Bench(_target(pen))
        async with bench.running():
            await _open(bench, pen)
            first = bench.recorder.link
            await asyncio.sleep(0.2)
            assert bench.recorder.link is first
            pen.say(identity() + samples(0, 5))
            await eventually(lambda: numbers(bench.drafts) == list(range(5)))
