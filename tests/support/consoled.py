"""The console as an application, over a real journal, with a clock that stands still."""

import asyncio
import re
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import msgspec
from msgspec.structs import replace

from logger.accounts.access import ACCESS_KINDS, NoteAccess, judge_access
from logger.accounts.model import Role
from logger.accounts.orders import AnyAccountOrder
from logger.accounts.store import read_accounts
from logger.errors import NotRunning
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.kinds import Payload
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.session_desk import SessionDesk
from logger.review.app import make_app
from logger.review.console import Console, Outside, make_console
from logger.review.set_up import SetUpCode
from logger.review.settings import ConsoleSettings
from logger.service.account_orders import judged
from logger.service.orders import outcome
from logger.service.pen_orders import carry_out_alone
from logger.session.block_times import block_times
from logger.session.keeper import Keeper, KeeperLimits
from logger.session.orders import AnyOrder, KnownPen
from logger.session.pen_checks import CheckPen
from logger.session.record_orders import AnyRecordOrder
from logger.session.store import load_sessions, open_sessions
from logger.status import PenStatus, Status
from tests.support.accounts import CHEAP, NOON_NS, PASSWORD, Accounts
from tests.support.statuses import STATUS
from tests.support.stories import host_time

ADDRESS = "http://console"
ACTOR = "uid:1000"
_FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')
_NS_PER_S = 1_000_000_000
_LOOK_EVERY_S = 0.02
_LOOKS_MAX = 3000


@dataclass(slots=True)
class Recorder:
    """Carries out orders as the recorder does; may be away."""

    data_dir: Path
    runs: bool = True
    pens: dict[str, KnownPen] = field(default_factory=dict)

    def carry_out(self, order: str, arguments: dict[str, Any]) -> Any:
        """Append what the order comes to; CommandRefused, NotRunning."""
        if not self.runs:
            raise NotRunning(f"no recorder is running in {self.data_dir}")
        if order == "status":
            return msgspec.to_builtins(self._status())
        if order == "session":
            return self._session(msgspec.convert(arguments, AnyOrder))
        with Journal.open(self.data_dir, host_time) as journal:
            if order == "pen.check":
                check = msgspec.convert(arguments, CheckPen)
                return carry_out_alone(journal, self.data_dir, check, ACTOR, NOON_NS)
            entries = journal.append(self._drafts(order, arguments))
        if order == "record":
            return outcome(entries)
        return {"done": entries[-1].kind, "position": entries[-1].position}

    def _drafts(self, order: str, arguments: dict[str, Any]) -> list[Draft]:
        match order:
            case "access.note":
                return [self._access(arguments)]
            case "record":
                return self._record(msgspec.convert(arguments, AnyRecordOrder))
        asked = msgspec.convert(arguments, AnyAccountOrder)
        return [judged(self.data_dir, asked, ACTOR)]

    def _status(self) -> Status:
        with JournalReader(self.data_dir) as reader:
            journal, position = reader.id, reader.last_position()
        pens = [
            PenStatus(state="recording" if pen.linked else "lost", serial=pen.serial)
            for pen in self.pens.values()
        ]
        return replace(
            STATUS, pens=tuple(pens), sessions=(), journal=journal, saved_position=position
        )

    def _session(self, order: AnyOrder) -> dict[str, Any]:
        with Journal.open(self.data_dir, host_time) as journal:
            store, projection = open_sessions(self.data_dir, journal.append)
            with closing(store):
                keeper = Keeper(KeeperLimits())
                desk = SessionDesk(projection, keeper, {}, lambda: self.pens, host_time)
                entries = journal.append(desk.judge(order, ACTOR))
                desk.applied(entries)
                store.save(projection)
        return outcome(entries)

    def _record(self, asked: AnyRecordOrder) -> list[Draft]:
        store, projection = open_sessions(self.data_dir)
        with closing(store), JournalReader(self.data_dir) as reader:
            times = partial(block_times, reader)
            keeper = Keeper(KeeperLimits())
            desk = SessionDesk(projection, keeper, {}, dict, host_time, times)
            return desk.judge_record(asked, ACTOR)

    def _access(self, arguments: dict[str, Any]) -> Draft:
        with JournalReader(self.data_dir) as reader, load_sessions(self.data_dir) as sessions:
            payload = judge_access(
                msgspec.convert(arguments, NoteAccess),
                read_accounts(self.data_dir, reader),
                lambda session: sessions.session(session) is not None,
            )
        return Draft(kinds.kind_of(payload), "", ACTOR, kinds.encode(payload))


@dataclass(slots=True)
class Time:
    """Both clocks of a console, moved by the test alone."""

    now_ns: int = NOON_NS

    def pass_by(self, seconds: float) -> None:
        """Let so much time pass."""
        self.now_ns += round(seconds * _NS_PER_S)


class Consoled:
    """A console and the browsers that ask it."""

    def __init__(
        self,
        data_dir: Path,
        settings: ConsoleSettings | None = None,
        set_up: bool = False,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        plans_file: Path | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.time = Time()
        self.recorder = Recorder(data_dir)
        outside = Outside(
            lambda: self.time.now_ns / _NS_PER_S, lambda: self.time.now_ns, random_bytes, CHEAP
        )
        self.console: Console = make_console(
            settings or ConsoleSettings(),
            "clinic-1",
            data_dir,
            outside,
            self.recorder.carry_out,
            SetUpCode(random_bytes) if set_up else None,
            plans_file,
        )
        self.app = make_app(self.console)

    def add(self, account: str, role: Role) -> None:
        """Add an account with the usual password; the administrator ``boss`` comes first."""
        Accounts(self.data_dir).add(account, role, by="" if account == "boss" else "boss")

    def browser(self) -> "Browser":
        """Return a browser that was never here."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        secure = self.console.settings.is_secure
        address = ADDRESS.replace("http", "https") if secure else ADDRESS
        return Browser(httpx.AsyncClient(transport=transport, base_url=address))

    async def signed_in(self, account: str) -> "Browser":
        """Return a browser in which that account is signed in."""
        browser = self.browser()
        answer = await browser.send("/sign-in", account=account, password=PASSWORD)
        assert answer.status_code == 303, answer.text
        return browser

    def noted(self) -> list[Payload]:
        """Return all that was noted of who used the console, in order."""
        with JournalReader(self.data_dir) as reader:
            return [
                kinds.decode(entry.kind, entry.payload or b"{}")
                for entry in reader.entries(kinds=ACCESS_KINDS)
            ]


class Browser:
    """Asks for pages and sends forms as they stand on a page."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, address: str) -> httpx.Response:
        """Return the answer, whatever it is; nothing is followed."""
        return await self.client.get(address)

    async def settled(self, address: str) -> httpx.Response:
        """Return the page once it shows no piece of work that goes on."""
        for _ in range(_LOOKS_MAX):
            page = await self.get(address)
            if "data-running" not in page.text:
                return page
            await asyncio.sleep(_LOOK_EVERY_S)
        raise AssertionError(f"{address} goes on and on: {page.text}")

    async def send(self, address: str, page: str = "/sign-in", **fields: str) -> httpx.Response:
        """Return the answer to a form with the token that ``page`` gives."""
        token = form_token_of(await self.get(page))
        return await self.client.post(address, data={"form_token": token, **fields})


def form_token_of(page: httpx.Response) -> str:
    """Return the token that the forms of a page carry."""
    found = _FORM_TOKEN.search(page.text)
    assert found is not None, f"{page.status_code}: {page.text}"
    return found[1]


def text_of(page: httpx.Response) -> str:
    """Return what is read on a page, every run of blanks as one."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())
