"""What the page of a session of an hour at 1000 Hz takes: itself, its samples, a closer look."""

import asyncio
import re
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

import httpx

from tests.bench.reporting import record_treated_hour
from tests.support.consoled import Browser, Consoled
from tests.support.report import Row
from tests.support.stories import SESSION

RATE_HZ = 1000
PAGE_MS_MAX, FIRST_MS_MAX, ZOOM_MS_MAX, FIRST_LOAD_KB_MAX = 150, 1000, 50, 200
_WIDTH = 1200
_ZOOMS_S = ((0, 3599), (600, 2400), (1200, 1500), (1800, 1860), (1800, 1802), (1800, 1800.05))
_PAGE = f"/sessions/{SESSION}"
_STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_IMPORT = re.compile(r'from "\./([^"]+)"')


def measure(repeats: int) -> list[Row]:
    """Return the rows; CPU of the whole process, the least of some, for the first look too."""
    with tempfile.TemporaryDirectory(prefix="needlelog-page-") as name:
        record_treated_hour(Path(name), RATE_HZ)
        accounts = Consoled(Path(name))
        accounts.add("boss", "administrator")
        taken = [asyncio.run(_looked_at(Path(name))) for _ in range(max(repeats, 3))]
        first_load = asyncio.run(_first_load(Path(name)))
    page_ms = min(one[0] for one in taken)
    first_ms = min(one[1] for one in taken)
    zoom_ms = max(min(one[2][at] for one in taken) for at in range(len(_ZOOMS_S)))
    what = "session page, an hour at 1000 Hz"
    kilobytes = sum(first_load.values()) / 1000
    return [
        _row(f"{what}: page", page_ms, PAGE_MS_MAX),
        _row(f"{what}: page and first samples", page_ms + first_ms, FIRST_MS_MAX),
        _row(f"{what}: the slowest of {len(_ZOOMS_S)} closer looks", zoom_ms, ZOOM_MS_MAX),
        Row(
            f"{what}: first load",
            f"{kilobytes:.0f} kB",
            f"at most {FIRST_LOAD_KB_MAX} kB",
            kilobytes <= FIRST_LOAD_KB_MAX,
            {"bytes": first_load},
        ),
    ]


def _row(what: str, taken_ms: float, most_ms: float) -> Row:
    figure, target = f"{taken_ms:.0f} ms of CPU", f"at most {most_ms:g} ms"
    return Row(what, figure, target, taken_ms <= most_ms)


async def _looked_at(data_dir: Path) -> tuple[float, float, list[float]]:
    """Return what page, first samples and each closer look cost, in ms, with nothing in memory."""
    consoled = Consoled(data_dir)
    consoled.recorder.runs = False  # what it costs to append is not the console's
    browser = await consoled.signed_in("boss")
    await browser.get(_PAGE)  # makes the templates, once a process
    page_ms = await _cost_ms(browser.get(_PAGE))
    first_ms = await _cost_ms(browser.get(f"{_PAGE}/course?width={_WIDTH}"))
    zooms = [f"{_PAGE}/course?from={low}&to={high}&width={_WIDTH}" for low, high in _ZOOMS_S]
    return page_ms, first_ms, [await _cost_ms(browser.get(address)) for address in zooms]


async def _cost_ms(answer: Awaitable[httpx.Response]) -> float:
    began_s = time.process_time()
    assert (await answer).status_code == 200
    return (time.process_time() - began_s) * 1e3


async def _first_load(data_dir: Path) -> dict[str, int]:
    """Return the bytes that go over the network at a first visit, by address."""
    browser = await Consoled(data_dir).signed_in("boss")
    sizes = {f"{_PAGE}/course": await _sent_bytes(browser, f"{_PAGE}/course?width={_WIDTH}")}
    page = (await browser.get(_PAGE)).text
    sizes[_PAGE] = await _sent_bytes(browser, _PAGE)
    waiting = _STATIC.findall(page)
    while waiting:
        address = waiting.pop()
        if address not in sizes:
            sizes[address] = await _sent_bytes(browser, address)
            waiting += [
                f"/static/{one}" for one in _IMPORT.findall((await browser.get(address)).text)
            ]
    return sizes


async def _sent_bytes(browser: Browser, address: str) -> int:
    """Return how long an answer is on the line, packed where the console packs it."""
    request = browser.client.build_request("GET", address)
    answer = await browser.client.send(request, stream=True)
    return sum([len(piece) async for piece in answer.aiter_raw()])
