"""A pen that comes back under another device name, found by ``auto`` as a real one is.

What pyserial lists is made up, for a PTY has no USB ids; the directory of stable links, the
choice among ports and the opening are those of the recorder.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from serial.tools.list_ports_common import ListPortInfo

from drivers.discovery import candidates
from drivers.profile.schema import UsbMatch
from logger.backoff import Backoff
from logger.journal.entry import Draft
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.recorder.pen_recorder import PenRecorder
from logger.recorder.roster import Roster
from logger.recorder.settings import AUTO, PenSettings, RecordingSettings
from tests.support.ports import eventually
from tests.support.pty import PtyPen
from tests.support.wire import HOST_BOOT, NPT, identity, nobody_known, numbers, payloads, samples

COMMIT_S = 0.01
USB = UsbMatch(vid=0x1209, pid=1)
PROFILE = replace(NPT, usb=(USB,))


class UsbBus:
    """What is plugged in; ``by_id`` holds a link for each pen, as udev makes it."""

    def __init__(self, by_id: Path) -> None:
        self.by_id = by_id
        self.ports: list[ListPortInfo] = []
        by_id.mkdir()

    def plug_in(self, pen: PtyPen, serial: str) -> None:
        found = ListPortInfo(pen.path)
        found.vid, found.pid, found.serial_number = USB.vid, USB.pid, serial
        self.ports.append(found)
        (self.by_id / f"usb-Pen_{serial}-if00").symlink_to(pen.path)

    def pull(self, pen: PtyPen, serial: str) -> None:
        self.ports = [port for port in self.ports if port.device != pen.path]
        (self.by_id / f"usb-Pen_{serial}-if00").unlink()
        pen.unplug()


@asynccontextmanager
async def _recording(place: Path, bus: UsbBus) -> AsyncIterator[list[Draft]]:
    """Yield what the one recorder of an ``auto`` pen has said, with a commit every 10 ms."""
    Journal.open(place / "data", HostClock()).close()
    drafts: list[Draft] = []
    with JournalReader(place / "data") as reader:
        find = partial(candidates, comports=lambda: bus.ports, by_id=bus.by_id)
        roster = Roster(reader, find)
        recorder = PenRecorder(
            targets=partial(roster.targets, PenSettings(port=AUTO), PROFILE),
            resume=nobody_known,
            settings=RecordingSettings(commit_interval_s=COMMIT_S),
            clock=HostClock(),
            host_boot_id=HOST_BOOT,
            sleep=asyncio.sleep,
            hurry=lambda: None,
            backoff=Backoff(random.Random(1), 0.01, 0.05),
        )
        roster.recorders.append(recorder)

        async def commit() -> None:
            while True:
                await asyncio.sleep(COMMIT_S)
                drafts.extend(recorder.drain())

        tasks = [asyncio.create_task(recorder.run()), asyncio.create_task(commit())]
        try:
            yield drafts
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _say(pen: PtyPen, drafts: list[Draft], first: int) -> None:
    """Speak until it was heard: what is said before the port is open is lost."""

    def heard() -> bool:
        pen.say(identity() + samples(first, 5))
        return first in numbers(drafts)

    await eventually(heard)


async def test_auto_finds_a_pen_that_comes_back_as_another_device(tmp_path: Path) -> None:
    bus = UsbBus(tmp_path / "by-id")
    with PtyPen() as before, PtyPen() as after:
        bus.plug_in(before, "7")
        async with _recording(tmp_path, bus) as drafts:
            await _say(before, drafts, 0)
            bus.pull(before, "7")
            await eventually(lambda: bool(payloads(drafts, "link.lost")))
            bus.plug_in(after, "7")
            await _say(after, drafts, 1000)
    ports = {one.port for one in payloads(drafts, "link.up")}
    assert ports == {str(bus.by_id / "usb-Pen_7-if00")}


async def test_auto_finds_a_pen_that_comes_back_under_another_name(tmp_path: Path) -> None:
    bus = UsbBus(tmp_path / "by-id")
    with PtyPen() as before, PtyPen() as after:
        bus.plug_in(before, "7")
        async with _recording(tmp_path, bus) as drafts:
            await _say(before, drafts, 0)
            bus.pull(before, "7")
            await eventually(lambda: bool(payloads(drafts, "link.lost")))
            bus.plug_in(after, "8")
            await _say(after, drafts, 1000)
    ports = [one.port for one in payloads(drafts, "link.up")]
    assert ports == [str(bus.by_id / f"usb-Pen_{serial}-if00") for serial in "78"]
