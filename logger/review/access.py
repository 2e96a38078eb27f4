"""Telling the recorder who did what, so that it becomes an entry of the journal."""

import logging
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

from logger.accounts.access import NOTE_ACCESS, access_arguments
from logger.errors import CommandRefused, NotRunning
from logger.journal import kinds
from logger.journal.kinds import Payload, SignInFailed

log = logging.getLogger(__name__)

SendOrder = Callable[[str, dict[str, Any]], Any]
WAITING_MAX = 1000
STRANGER_EVERY_NS = 60 * 1_000_000_000


class AccessNotes:
    """Notes in the order in which they happened; its methods block, from any thread.

    Where no recorder runs, notes of what was only looked at wait in memory until one does.
    """

    def __init__(self, send_order: SendOrder) -> None:
        self._send_order = send_order
        self._waiting: deque[Payload] = deque()
        self._turn = Lock()
        self._stranger_unix_ns = 0

    @property
    def waiting(self) -> int:
        """How many notes no recorder has taken yet."""
        return len(self._waiting)

    def note(self, payload: Payload) -> None:
        """Let ``payload`` become an entry, now or once a recorder runs.

        NotRunning where too many wait already; CommandRefused where the recorder refuses it.
        """
        try:
            self.note_now(payload)
        except NotRunning:
            if len(self._waiting) >= WAITING_MAX:
                raise
            self._waiting.append(payload)

    def note_failure(self, failed: SignInFailed) -> None:
        """Do the same with a wrong password; of accounts that are none, once a minute.

        So nobody fills the journal who can reach the console.
        """
        if not failed.account:
            if abs(failed.at_unix_ns - self._stranger_unix_ns) < STRANGER_EVERY_NS:
                return
            self._stranger_unix_ns = failed.at_unix_ns
        self.note(failed)

    def note_now(self, payload: Payload) -> None:
        """Let ``payload`` be an entry before anything else happens; NotRunning, CommandRefused."""
        with self._turn:
            self._send_waiting()
            self._send(payload)

    def _send_waiting(self) -> None:
        while self._waiting:
            payload = self._waiting[0]
            try:
                self._send(payload)
            except NotRunning:
                raise
            except CommandRefused as refused:
                # The session may be erased by now. One note must not hold up the others.
                log.error("%s was not noted: %s", kinds.kind_of(payload), refused)
            self._waiting.popleft()

    def _send(self, payload: Payload) -> None:
        self._send_order(NOTE_ACCESS, access_arguments(payload))
