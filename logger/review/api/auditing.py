"""What there is to audit of a period, as the audit pages show it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import Query
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.archive.exports.trail import TrailFilter, trail, trail_json_lines
from logger.archive.heads import heads
from logger.archive.report import audit_reading as reading
from logger.archive.report.audit_events import event_data
from logger.archive.report.audit_reading import Period
from logger.archive.report.audit_tables import amended_within
from logger.errors import ConfigError
from logger.journal.entry import Entry
from logger.journal.kinds import HeadSigned, SessionExported
from logger.journal.reader import JournalReader
from logger.review.api.call import Caller, answer
from logger.review.api.looking import Since, Text, Until
from logger.review.period import asked_period
from logger.review.sending import sent, written
from logger.review.visit import Visit
from logger.session.cartridge_flags import CartridgeFlag
from logger.session.record import Amendment
from logger.session.unassigned import UnassignedWork

_LONGEST_NS = 366 * 86_400_000_000_000
JSON_LINES = "application/jsonl"


class AskedPeriod(BaseModel):
    """From a date or time on, to before another; the last 30 days where nothing is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Since = ""
    until: Until = ""


class AskedTrail(AskedPeriod):
    """The same, with what else an entry of the trail must be."""

    actor: Text = ""
    pen: Text = ""
    session: Text = ""
    kind: Text = ""


class AmendmentMade(msgspec.Struct, frozen=True, kw_only=True):
    session: str
    amendment: Amendment


class FlagRaised(msgspec.Struct, frozen=True, kw_only=True):
    session: str
    flag: CartridgeFlag


class EntryTold(msgspec.Struct, frozen=True, kw_only=True):
    """An entry, with what it says."""

    position: int
    time_unix_ns: int
    kind: str
    actor: str
    told: dict[str, Any]


class HeadTold(msgspec.Struct, frozen=True, kw_only=True):
    """A signed head, and as which entry it was noted."""

    position: int
    head: HeadSigned


class Unassigned(msgspec.Struct, frozen=True, kw_only=True):
    unassigned: list[UnassignedWork]


class Amendments(msgspec.Struct, frozen=True, kw_only=True):
    amendments: list[AmendmentMade]


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    cartridge_flags: list[FlagRaised]


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    entries: list[EntryTold]


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    heads: list[HeadTold]


AskPeriod = Annotated[AskedPeriod, Query()]


def list_unassigned(caller: Caller, asked: AskPeriod) -> Response:
    """List what was recorded with the motor on, and is in no session."""
    console = caller.console
    now_unix_ns = console.outside.now_unix_ns()
    looked = console.day_looks.look(console.sessions, _period(caller, asked), now_unix_ns, None)
    return answer(Unassigned(unassigned=list(looked.work)))


def list_amendments(caller: Caller, asked: AskPeriod) -> Response:
    """List what was amended, whenever the sessions were."""
    period = _period(caller, asked)
    console = caller.console
    with console.sessions.now() as sessions, JournalReader(console.data_dir) as reader:
        amended = reading.amended_sessions(reader, sessions, period)
    made = [
        AmendmentMade(session=session.id, amendment=one)
        for session in amended
        for one in amended_within(session, period)
    ]
    return answer(Amendments(amendments=made))


def list_cartridge_flags(caller: Caller, asked: AskPeriod) -> Response:
    """List cartridges that were used before, or had expired."""
    period = _period(caller, asked)
    with caller.console.sessions.now() as sessions:
        begun = reading.begun_figures(sessions, period)
        found = reading.cartridge_flags(sessions, begun)
    raised = [FlagRaised(session=session.id, flag=flag) for session, flag in found]
    return answer(Flags(cartridge_flags=raised))


def list_accesses(caller: Caller, asked: AskPeriod) -> Response:
    """List who signed in, looked at what, and took what home."""
    return answer(_entries(caller, asked, reading.access_entries))


def list_events(caller: Caller, asked: AskPeriod) -> Response:
    """List what befell keys, accounts, queues, pens and journal files."""
    return answer(_entries(caller, asked, reading.key_events))


def list_heads(caller: Caller, asked: AskPeriod) -> Response:
    """List the signed heads."""
    period = _period(caller, asked)
    with JournalReader(caller.console.data_dir) as reader:
        first = reader.position_at(period.since_unix_ns)
        told = [
            HeadTold(position=entry.position, head=head)
            for entry, head in heads(reader, first - 1)
            if entry.time_ns < period.until_unix_ns
        ]
    return answer(Heads(heads=told))


async def get_trail(caller: Caller, asked: Annotated[AskedTrail, Query()]) -> Response:
    """Send every entry beside samples, a JSON object a line; that it leaves is noted before."""
    console, period = caller.console, _period(caller, asked)
    exported = SessionExported(
        account=caller.who.id,
        at_unix_ns=console.outside.now_unix_ns(),
        session="",
        form="jsonl",
        what="trail",
        since_unix_ns=period.since_unix_ns,
        until_unix_ns=period.until_unix_ns,
        token=caller.access_token,
    )
    wanted = TrailFilter(
        since_unix_ns=period.since_unix_ns,
        until_unix_ns=period.until_unix_ns,
        actor=asked.actor or None,
        pen=asked.pen or None,
        session=asked.session or None,
        kind=asked.kind or None,
    )
    write = partial(_write_trail, console.data_dir, wanted)
    async with console.exporting:
        file = await run_in_threadpool(written, caller, write, exported)
    return sent(file, "trail.jsonl", JSON_LINES)


def _write_trail(data_dir: Path, wanted: TrailFilter, path: Path) -> None:
    with JournalReader(data_dir) as reader, path.open("w", encoding="utf-8") as file:
        file.writelines(trail_json_lines(trail(reader, wanted)))


def _period(caller: Visit, asked: AskedPeriod) -> Period:
    """Return the period; ConfigError where it is none, or too long to look through at once."""
    texts = asked.model_dump(include={"since", "until"})
    now_unix_ns = caller.console.outside.now_unix_ns()
    told = asked_period(texts, now_unix_ns, caller.words)
    if told.period is None:
        field, problem = next(iter(told.problems.items()))
        raise ConfigError(field, problem, "Write 2026-05-04 or 2026-05-04T09:30+02:00")
    if told.period.until_unix_ns - told.period.since_unix_ns > _LONGEST_NS:
        raise ConfigError("since", "this is more than a year before until", "Ask for less at once")
    return told.period


def _entries(
    caller: Visit,
    asked: AskedPeriod,
    read: Callable[[JournalReader, Period], Sequence[Entry]],
) -> Entries:
    with JournalReader(caller.console.data_dir) as reader:
        found = read(reader, _period(caller, asked))
    return Entries(entries=[msgspec.convert(event_data(one), EntryTold) for one in found])
