"""What a page of the console takes over a clinic's sessions, from request to last byte."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from logger.review.audit_areas import AREAS
from tests.bench.archive import PENS, make_archive
from tests.support.consoled import Browser, Consoled
from tests.support.recorded import Recorded
from tests.support.report import Row
from tests.support.stories import Story, sample_block

PAGE_MS_MAX = 150
_GOING_ON = "20270115-open"
_PAGES = {
    "the list of sessions": "/sessions",
    "a search": f"/sessions?zone=anterior-thigh&pen={PENS[0]}&deviation=depth_set_above",
    "a session": "/sessions/20270115-03e8",
}
_YEAR = "since=2027-01-01&until=2027-12-31"
_OTHERS = (
    *("/live", "/calendar?month=2027-03", "/compare", "/pens", f"/pens/{PENS[0]}", "/audit"),
    *(f"/audit/{area.name}?{_YEAR}" for area in AREAS),
    *(f"/audit/unassigned?{_YEAR}", "/audit/verification", "/plans", "/accounts", "/account"),
    *(f"/sessions/20270115-03e8/{form}" for form in ("review", "clinical", "note", "amend")),
    *(f"/sessions/20270115-03e8/{form}" for form in ("split", "merge")),
)
_BESIDE = _PAGES | {"the session that goes on": f"/sessions/{_GOING_ON}"}
_BLOCKS_BEHIND, _BLOCKS_A_SECOND, _BLOCK_ROWS = 1900, 5, 20
"""A recorder saves what it folded every 2000 entries, and commits five times a second."""


@dataclass(slots=True)
class _Pen:
    """Records on while pages are asked for; nobody saves what was folded."""

    recorded: Recorded
    blocks: int = 0

    def start(self) -> None:
        """Begin a session, and record as much as the store may be behind."""
        story = Story(encoded=True)
        story.started(_GOING_ON, pen=PENS[0])
        self.recorded.tell(story)
        self.record(_BLOCKS_BEHIND)

    def record(self, blocks: int = _BLOCKS_A_SECOND) -> None:
        """Record a second, or so many blocks."""
        story = Story(encoded=True)
        for number in range(self.blocks, self.blocks + blocks):
            story.samples(sample_block(_BLOCK_ROWS, first=number * _BLOCK_ROWS, pen=PENS[0]))
        self.blocks += blocks
        self.recorded.tell(story)


def measure(sessions: int, repeats: int) -> list[Row]:
    """Return the rows: each page while no session is open, and while one goes on.

    What was noted of views waits in memory, as no recorder runs.
    """
    with tempfile.TemporaryDirectory(prefix="needlelog-bench-") as name:
        make_archive(Path(name), sessions)
        return asyncio.run(_measured(Path(name), sessions, max(repeats, 5)))


async def _measured(data_dir: Path, sessions: int, repeats: int) -> list[Row]:
    consoled, pen = Consoled(data_dir), _Pen(Recorded(data_dir))
    consoled.add("boss", "administrator")
    browser = await consoled.signed_in("boss")
    consoled.recorder.runs = False
    await browser.get("/sessions")  # templates are made once a process
    rows = await _rows(browser, _PAGES, f"of {sessions}", repeats, lambda: None)
    rows.append(await _slowest(browser, sessions, repeats))
    pen.start()
    behind = {f"{_BLOCKS_BEHIND} entries after the last look, the list of sessions": "/sessions"}
    rows += await _rows(browser, behind, f"of {sessions}", 1, lambda: None)
    return rows + await _rows(browser, _BESIDE, "while one goes on", repeats, pen.record)


async def _rows(
    browser: Browser,
    pages: Mapping[str, str],
    beside: str,
    repeats: int,
    before: Callable[[], None],
) -> list[Row]:
    """Return a row a page, whose slowest answer counts; ``before`` each something happens."""
    rows = []
    for what, address in pages.items():
        taken_ms = []
        for _ in range(repeats):
            before()
            taken_ms.append(await _took_ms(browser, address))
        rows.append(_row(f"console: {what} {beside}", np.array(taken_ms)))
    return rows


async def _slowest(browser: Browser, sessions: int, repeats: int) -> Row:
    """Return the row of the slowest of all other pages, made once before as a console is."""
    taken = {}
    for address in _OTHERS:
        await browser.get(address)
        taken[address] = np.array([await _took_ms(browser, address) for _ in range(repeats)])
    slowest = max(taken, key=lambda address: float(np.median(taken[address][:, 1])))
    what = f"console: the slowest of {len(taken)} other pages of {sessions}, {slowest}"
    return _row(what, taken[slowest])


async def _took_ms(browser: Browser, address: str) -> tuple[float, float]:
    """Return how long the answer took by the clock on the wall, and of CPU."""
    began_s, used_s = time.perf_counter(), time.process_time()
    answer = await browser.get(address)
    took = (time.perf_counter() - began_s) * 1e3, (time.process_time() - used_s) * 1e3
    assert answer.status_code == 200, answer.text
    return took


def _row(what: str, taken: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> Row:
    median_ms, cpu_ms = (float(one) for one in np.median(taken, axis=0))
    slowest_ms = float(taken[:, 0].max())
    return Row(
        what,
        f"{median_ms:.0f} ms, at most {slowest_ms:.0f} ms, of which {cpu_ms:.0f} ms of CPU",
        f"at most {PAGE_MS_MAX} ms",
        slowest_ms <= PAGE_MS_MAX,
        {"taken_ms": taken[:, 0].tolist(), "cpu_ms": taken[:, 1].tolist()},
    )
