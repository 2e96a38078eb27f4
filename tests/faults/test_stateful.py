"""Frames, faults, orders, crashes and restarts in any order: the short form."""

from tests.faults.stateful import run_through


def test_recorder_journal_sessions_and_sinks_keep_their_promises_in_any_order() -> None:
    run_through(seed=20261122, examples=10, steps=30)
