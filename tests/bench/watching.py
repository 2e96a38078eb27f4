"""From a pen's write to the glass of a live page, and what those who watch cost the recorder."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.bench.accounting import cpu_s
from tests.bench.bed import Timing, Window, observe
from tests.bench.children import BenchFailed, running
from tests.bench.children import needlelog as command_of
from tests.bench.delivery import tail
from tests.bench.generator import Account, Load, generating
from tests.bench.recorder import Recorder, recording
from tests.support.accounts import PASSWORD, Accounts
from tests.support.report import Row

P95_MS_MAX = 500.0
MORE_MAX = 0.05
VIEWERS = 20
_LOAD = Load(pens=8, rate_hz=100, seed=1100)
_TOLD_MIN = 5
"""A viewer that got so many messages has joined, and is told what goes on."""

_WHO = "boss"
_CHROMIUM = "/usr/bin/chromium"
_ADDRESS = re.compile(r"console: (http://\S+)/")

_WATCH = """() => {
  window.shown = [];
  const note = (changes) => requestAnimationFrame(() => {
    for (const { target } of changes)
      window.shown.push([target.dataset.serial, Number(target.dataset.newest), Date.now()]);
  });
  new MutationObserver(note).observe(
    document.getElementById("pens"), { subtree: true, attributeFilter: ["data-newest"] });
}"""
"""Notes which sample a card shows, in the frame in which it is painted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser showed of a pen: the newest ``sequence``, and when, CLOCK_MONOTONIC."""

    sequence: NDArray[np.int64]
    time_ns: NDArray[np.int64]


def measure(timing: Timing) -> list[Row]:
    """Return the rows: to the glass, and the recorder's CPU a sample with nobody and with many."""
    with TemporaryDirectory(prefix="needlelog-bench-") as name, ExitStack() as stack:
        directory = Path(name)
        (directory / "data").mkdir()
        Accounts(directory / "data").add(_WHO, "administrator")
        pens = stack.enter_context(generating(_LOAD, directory, "--wait"))
        recorder = stack.enter_context(recording(pens.links, _LOAD.profile, directory, sinks=None))
        pens.until_speaking(recorder.child)
        recorder.open_sessions(pens.links)
        recorder.until_first_round()
        address, console_pid = stack.enter_context(_console(directory))
        alone = observe(recorder.pid, timing)
        shown_window, shown = _shown(address, recorder, timing)
        with _viewers(address, VIEWERS) as got:
            recorder.child.until(lambda: min(got) >= _TOLD_MIN, "message to each viewer")
            before_s = cpu_s(console_pid)
            watched = observe(recorder.pid, timing)
            console_share = (cpu_s(console_pid) - before_s) / (timing.warm_up_s + timing.window_s)
        again = observe(recorder.pid, timing)
        until_ns = tail()
        pens.end()
        account = pens.account().between(0, until_ns)
    windows = {"nobody": alone, "browser": shown_window, "viewers": watched, "nobody again": again}
    return [
        _glass_row(account, shown_window, shown),
        _cost_row(account, windows, console_share, sum(got)),
    ]


@contextmanager
def _console(directory: Path) -> Iterator[tuple[str, int]]:
    """Run the console; yields its address and process id."""
    settings = str(directory / "needlelog.toml")
    command = command_of("--config", settings, "--set", "console.port=0", "console")
    with running("console", command, directory) as child:
        child.until(lambda: _ADDRESS.search(child.last_words()) is not None, "address")
        found = _ADDRESS.search(child.last_words())
        if found is None:
            raise BenchFailed("the console printed no address")
        yield found[1], child.pid


def _shown(address: str, recorder: Recorder, timing: Timing) -> tuple[Window, Mapping[str, Seen]]:
    """Return what a browser showed, and when, in a window of the recorder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}/live")
        page.get_by_label("Account").fill(_WHO)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector("[data-newest]")
        page.evaluate(_WATCH)
        window = observe(recorder.pid, timing)
        shown = _read(page)
        browser.close()
    return window, shown


def _read(page: Page) -> Mapping[str, Seen]:
    offset_ns = time.time_ns() - time.monotonic_ns()
    found: dict[str, list[tuple[int, int]]] = {}
    for serial, sequence, at_ms in page.evaluate("() => window.shown"):
        found.setdefault(serial, []).append((sequence, at_ms * 1_000_000 - offset_ns))
    return {
        serial: Seen(np.array([one[0] for one in seen]), np.array([one[1] for one in seen]))
        for serial, seen in found.items()
    }


@contextmanager
def _viewers(address: str, count: int) -> Iterator[list[int]]:
    """Let so many watch; yields how many messages each got."""
    cookie = _sign_in(address)
    got = [0] * count
    feed = f"{address.replace('http', 'ws', 1)}/live/feed"
    headers = {"Cookie": cookie}
    opened = [connect(feed, additional_headers=headers, origin=address) for _ in range(count)]  # type: ignore[arg-type]  # Origin is a NewType of str

    def take(number: int) -> None:
        with suppress(ConnectionClosed):
            for _ in opened[number]:
                got[number] += 1

    threads = [threading.Thread(target=take, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield got
    finally:
        for one in opened:
            one.close()
        for thread in threads:
            thread.join()


def _sign_in(address: str) -> str:
    """Return the cookie of a sign-in."""
    with httpx.Client(base_url=address) as client:
        token = re.search(r'name="form_token" value="(\w+)"', client.get("/sign-in").text)
        form = {"form_token": token[1] if token else "", "account": _WHO, "password": PASSWORD}
        client.post("/sign-in", data=form)
        return f"sign-in={client.cookies['sign-in']}"


def _glass_row(account: Account, window: Window, shown: Mapping[str, Seen]) -> Row:
    taken = [
        _latency_ms(sent.sequence, sent.time_ns, shown[pen])
        for pen, sent in account.between(window.from_ns, window.to_ns).sent.items()
        if pen in shown
    ]
    if not taken:
        raise BenchFailed("the browser showed nothing")
    p50_ms, p95_ms = np.percentile(np.concatenate(taken), (50, 95)).tolist()
    return Row(
        f"serial write to the glass of a live page, {_LOAD.pens} × {_LOAD.rate_hz:g} Hz",
        f"p50 {p50_ms:.0f} ms, p95 {p95_ms:.0f} ms",
        f"p95 at most {P95_MS_MAX:g} ms",
        p95_ms <= P95_MS_MAX,
        {"load": asdict(_LOAD), "pens_shown": len(taken), "generator_late_ms": account.late_ms},
    )


def _latency_ms(
    sequence: NDArray[np.int64], sent_ns: NDArray[np.int64], seen: Seen
) -> NDArray[np.float64]:
    """Return how long each sample took until it, or a newer one, was shown, float64 [n]."""
    at = np.searchsorted(seen.sequence, sequence)
    came = at < len(seen.sequence)
    return (seen.time_ns[at[came]] - sent_ns[came]) / 1e6


def _cost_row(
    account: Account, windows: Mapping[str, Window], console_share: float, messages: int
) -> Row:
    cpu_us = {
        name: window.cpu_s / max(1, len(account.between(window.from_ns, window.to_ns))) * 1e6
        for name, window in windows.items()
    }
    nobody = (cpu_us["nobody"] + cpu_us["nobody again"]) / 2
    more = cpu_us["viewers"] / nobody - 1
    return Row(
        f"recorder's CPU a sample, {_LOAD.pens} × {_LOAD.rate_hz:g} Hz, {VIEWERS} watch live",
        f"{cpu_us['viewers']:.1f} µs, {nobody:.1f} with nobody ({more:+.1%})",
        f"at most {MORE_MAX:.0%} more",
        more <= MORE_MAX,
        {
            "load": asdict(_LOAD),
            "cpu_us_per_sample": cpu_us,
            "console_core_share": round(console_share, 4),
            "messages": messages,
        },
    )
