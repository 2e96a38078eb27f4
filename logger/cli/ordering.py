"""Carries session orders to the running recorder; without one, to the journal itself."""

import os
from functools import partial
from typing import Any

import msgspec

from logger.cli.invocation import Invocation
from logger.command_socket import send_order
from logger.errors import NotRunning
from logger.journal.entry import Draft
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock, host_boot_id
from logger.recorder.clock_watch import told_alone
from logger.recorder.session_desk import SessionDesk
from logger.service.orders import outcome
from logger.session.block_times import block_times
from logger.session.keeper import Keeper, KeeperLimits
from logger.session.orders import AnyOrder
from logger.session.plans import load_plans
from logger.session.record_orders import AnyRecordOrder
from logger.session.refreshing import reading, refresh
from logger.session.store import open_sessions


def carry_out(invocation: Invocation, order: AnyOrder | AnyRecordOrder) -> dict[str, Any]:
    """Return what was done, and at which position.

    Raises :class:`CommandRefused` with the reason.
    """
    try:
        result: dict[str, Any] = send_order(
            invocation.data_dir, _name(order), msgspec.to_builtins(order)
        )
    except NotRunning:
        if not (invocation.data_dir / "journal.db").exists():
            raise
        return _alone(invocation, order)
    return result


def _name(order: AnyOrder | AnyRecordOrder) -> str:
    return "record" if isinstance(order, AnyRecordOrder) else "session"


def _alone(invocation: Invocation, order: AnyOrder | AnyRecordOrder) -> dict[str, Any]:
    """Carry out ``order`` while no recorder runs: no pen is linked then."""
    settings, clock = invocation.settings, HostClock()
    plans = load_plans(settings.plans_file) if settings.plans_file else {}
    with (
        Journal.open(settings.data_dir, clock) as journal,
        JournalReader(settings.data_dir) as reader,
    ):
        store, projection = open_sessions(settings.data_dir, journal.append)
        try:
            times = partial(block_times, reader)
            desk = SessionDesk(projection, Keeper(KeeperLimits()), plans, dict, clock, times)
            judged = _judged(desk, order)
            told = told_alone(projection.clock, clock(), host_boot_id())
            entries = journal.append([*told, *judged])
            desk.applied(entries)
            refresh(projection, reading(reader))
            store.save(projection)
        finally:
            store.close()
    return outcome(entries)


def _judged(desk: SessionDesk, order: AnyOrder | AnyRecordOrder) -> list[Draft]:
    if isinstance(order, AnyRecordOrder):
        return desk.judge_record(order, actor())
    return desk.judge(order, actor())


def actor() -> str:
    """Return the account of whoever calls, as the recorder would see it."""
    return f"uid:{os.getuid()}"
