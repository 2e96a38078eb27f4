"""Replays a capture as a pen on a PTY that any program can open."""

import asyncio
from dataclasses import dataclass

from drivers.errors import LinkLost
from drivers.port_capture import CapturePort
from drivers.simulator.pty_link import PtyLink

_LOOK_AGAIN_S = 0.01
_SETTLE_S = 0.2
"""A program that opens a port empties its buffer; a pen that spoke at once would be cut."""


@dataclass(slots=True)
class Progress:
    """How far a replay has come."""

    bytes_sent: int = 0


async def wait_for_reader(link: PtyLink) -> None:
    """Return once a program has opened ``link`` and has had time to set it up."""
    # The kernel tells a poll, and no event, that the other end was opened.
    while not link.has_reader():  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_AGAIN_S)
    await asyncio.sleep(_SETTLE_S)


async def replay(capture: CapturePort, link: PtyLink, progress: Progress) -> None:
    """Write the capture's chunks to ``link`` at their times until it ends.

    Waits for a slow reader. What falls due while nobody has the port open is lost, as
    on a real one.
    """
    while True:
        try:
            data = await capture.read()
        except LinkLost:
            if not capture.ended:
                raise
            break
        while data and link.has_reader():
            taken = link.write(data)
            progress.bytes_sent += taken
            data = data[taken:]
            if data:
                await asyncio.sleep(_LOOK_AGAIN_S)
    await asyncio.to_thread(link.drain)
