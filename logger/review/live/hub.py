"""One look at journal and recorder for all viewers, as long as there are any."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from logger.review.access import SendOrder
from logger.review.live.scene import Scene, ask_status
from logger.review.live.viewer import Viewer

LOOK_EVERY_S = 0.05
TELL_EVERY_LOOKS = 20
"""So often it is told how everything stands, and at once when anything but samples came."""

ASK_EVERY_S = 4.0
"""What is recorded shows in the journal at once; how sinks and drive are doing may be so old."""

Sleep = Callable[[float], Awaitable[None]]


class Hub:
    """Belongs to the event loop; looks in threads of its own, not in those that make pages.

    While nobody watches it holds no file, asks for nothing and remembers nothing.
    """

    def __init__(self, scene: Scene, order: SendOrder, sleep: Sleep) -> None:
        self._scene = scene
        self._order = order
        self._sleep = sleep
        self._viewers: set[Viewer] = set()
        self._turn = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._looks = 0
        self._now: dict[str, str] = {}

    @property
    def is_at_work(self) -> bool:
        """Whether it follows the journal now."""
        return bool(self._tasks)

    @asynccontextmanager
    async def watching(self, language: str) -> AsyncIterator[Viewer]:
        """Yield a viewer that is told what goes on: first the last minutes, then all that comes."""
        viewer = Viewer(language)
        async with self._turn:
            if not self._tasks:
                await self._begin()
            viewer.tell(await asyncio.to_thread(self._scene.shown))
            if language not in self._now:
                self._now |= await asyncio.to_thread(self._scene.now, [language])
            viewer.tell(self._now[language])
            self._viewers.add(viewer)
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)
            async with self._turn:
                if not self._viewers:
                    await self._end()

    async def _begin(self) -> None:
        self._scene.hear(await asyncio.to_thread(ask_status, self._order))
        await asyncio.to_thread(self._scene.look)
        self._tasks = [
            asyncio.create_task(self._look_on()),
            asyncio.create_task(self._ask_on()),
        ]

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks, self._now = [], {}
        await asyncio.to_thread(self._scene.close)

    async def _look_on(self) -> None:
        while True:
            await self._look()
            await self._sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        async with self._turn:
            samples, is_changed = await asyncio.to_thread(self._scene.look)
            self._looks += 1
            is_due = is_changed or self._looks % TELL_EVERY_LOOKS == 0
            if is_due:
                languages = {viewer.language for viewer in self._viewers}
                self._now = await asyncio.to_thread(self._scene.now, languages)
            for viewer in self._viewers:
                if samples:
                    viewer.tell(samples)
                if is_due:
                    viewer.tell(self._now[viewer.language])

    async def _ask_on(self) -> None:
        # Apart from the looks: a recorder that hangs must not hold up what it has committed.
        while True:
            await self._sleep(ASK_EVERY_S)
            status = await asyncio.to_thread(ask_status, self._order)
            async with self._turn:
                self._scene.hear(status)
