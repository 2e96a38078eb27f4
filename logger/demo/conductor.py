"""Plays the practitioner: starts a session when the pen is linked and follows the script."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from drivers.simulator.script import US_PER_S, Script, Stay
from logger.demo.visits import LEE
from logger.errors import CommandRefused, NotRunning
from logger.session.orders import Start, StartSegment, Stop
from logger.status import Status


@dataclass(slots=True)
class Conductor:
    """Gives the orders of one scripted session on ``pen``.

    ``order`` carries one out as the recorder does, by name and arguments; ``now_s`` is a
    monotonic clock. Whoever stops the session in the console has taken over: from then on
    nothing is ordered.
    """

    order: Callable[[str, dict[str, Any]], Any]
    pen: str
    script: Script
    now_s: Callable[[], float]
    session: str | None = None
    taken_over: bool = False
    _started_s: float = 0.0
    _stay: Stay | None = None

    def status(self) -> Status | None:
        """Return the recorder's status, None while it is not there yet."""
        try:
            return msgspec.convert(self.order("status", {}), Status)
        except NotRunning:
            return None

    def step(self, status: Status) -> None:
        """Give the order that is due, if any."""
        if self.taken_over:
            return
        if self.session is None:
            self._start(status)
        elif all(one.session != self.session for one in status.sessions):
            self.taken_over = True
        else:
            self._go_on(self.session)

    def stop(self) -> None:
        """Stop the session, if one was started and nobody else has stopped it."""
        if self.session is not None and not self.taken_over:
            self._give(Stop(session=self.session))

    def _start(self, status: Status) -> None:
        pens = (one for one in status.pens if one.serial == self.pen)
        if not any(one.state == "recording" and one.samples for one in pens):
            return
        for left_open in status.sessions:
            if left_open.pen == self.pen:
                self._give(Stop(session=left_open.session))
        stay = self.script.stays[0]
        answer = self._give(
            Start(
                pen=self.pen,
                client="DEMO-CLIENT",
                practitioner=LEE,
                plan="demo-legs@2",
                side=stay.side,
                zone=stay.zone,
                note="A scripted session with a simulated pen",
            )
        )
        if answer is not None:
            self.session, self._stay, self._started_s = answer["session"], stay, self.now_s()

    def _go_on(self, session: str) -> None:
        elapsed_us = int((self.now_s() - self._started_s) * US_PER_S)
        stay = self.script.at(elapsed_us)
        if stay is not self._stay:
            self._stay = stay
            self._give(StartSegment(session=session, side=stay.side, zone=stay.zone))

    def _give(self, order: msgspec.Struct) -> dict[str, Any] | None:
        """Return the recorder's answer; None where it refuses, as a person was quicker."""
        try:
            answer: dict[str, Any] = self.order("session", msgspec.to_builtins(order))
        except NotRunning:
            raise
        except CommandRefused:
            return None
        return answer
