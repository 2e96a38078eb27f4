"""Plays the practitioner: starts a session when the pen is linked and follows the script."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from drivers.simulator.script import US_PER_S, Script, Stay
from logger.command_socket import send_order
from logger.demo.visits import LEE
from logger.errors import CommandRefused, NotRunning
from logger.session.orders import Start, StartSegment, Stop
from logger.status import Status


@dataclass(slots=True)
class Conductor:
    """Gives the orders of one scripted session on ``pen``; ``now_s`` is a monotonic clock."""

    data_dir: Path
    pen: str
    script: Script
    now_s: Callable[[], float]
    session: str | None = None
    _started_s: float = 0.0
    _stay: Stay | None = None

    def status(self) -> Status | None:
        """Return the recorder's status, None while it is not there yet."""
        try:
            return msgspec.convert(send_order(self.data_dir, "status", {}), Status)
        except NotRunning:
            return None

    def step(self, status: Status) -> None:
        """Give the order that is due, if any."""
        if self.session is None:
            self._start(status)
            return
        elapsed_us = int((self.now_s() - self._started_s) * US_PER_S)
        stay = self.script.at(elapsed_us)
        if stay is not self._stay:
            self._stay = stay
            self._order(StartSegment(session=self.session, side=stay.side, zone=stay.zone))

    def stop(self) -> None:
        """Stop the session, if one was started."""
        if self.session is not None:
            self._order(Stop(session=self.session))

    def _start(self, status: Status) -> None:
        pens = (one for one in status.pens if one.serial == self.pen)
        if not any(one.state == "recording" and one.samples for one in pens):
            return
        for left_open in status.sessions:
            if left_open.pen == self.pen:
                self._order(Stop(session=left_open.session))
        stay = self.script.stays[0]
        answer = self._order(
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
        self.session, self._stay, self._started_s = answer["session"], stay, self.now_s()

    def _order(self, order: msgspec.Struct) -> dict[str, Any]:
        answer = send_order(self.data_dir, "session", msgspec.to_builtins(order))
        if not isinstance(answer, dict):
            raise CommandRefused(f"the recorder answered {answer!r}")
        return answer
