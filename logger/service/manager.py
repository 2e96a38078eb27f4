"""What a service manager is told: systemd's sd_notify(3) protocol, over its datagram socket."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

log = logging.getLogger(__name__)

Send = Callable[[bytes], object]
_US_PER_S = 1_000_000


@dataclass(slots=True)
class Manager:
    """Tells a service manager how the service is; does nothing where there is none.

    ``watchdog_s`` is the time without a sign of life after which it restarts the service,
    0.0 for never.
    """

    send: Send
    watchdog_s: float
    sleep: Callable[[float], Awaitable[object]]

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        pid: int,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> "Manager":
        """Return the manager that ``environment`` names for process ``pid``, or a deaf one."""
        address = environment.get("NOTIFY_SOCKET", "")
        if address[:1] not in ("/", "@"):
            return cls(lambda _: None, 0.0, sleep)
        meant = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        patience_us = environment.get("WATCHDOG_USEC", "") if meant else ""
        watchdog_s = int(patience_us) / _US_PER_S if patience_us.isdigit() else 0.0
        return cls(_sender(address), watchdog_s, sleep)

    def ready(self, said: str) -> None:
        """Say that orders are taken and pens recorded."""
        self._tell(f"READY=1\nSTATUS={said}")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._tell("STOPPING=1\nSTATUS=saving what was said, then ending")

    async def watch(self, turns: Callable[[], int], said: Callable[[], str]) -> None:
        """Give a sign of life for ever, as long as ``turns()`` goes on; ends by cancellation.

        ``said()`` is a line for whoever looks at the unit.
        """
        if not self.watchdog_s:
            return
        seen, last = -1, ""
        while True:
            now, line = turns(), said()
            if now != seen:
                self._tell("WATCHDOG=1" if line == last else f"WATCHDOG=1\nSTATUS={line}")
                seen, last = now, line
            # Thrice a patience: a sign that came late by a whole interval is still in time.
            await self.sleep(self.watchdog_s / 3)

    def _tell(self, lines: str) -> None:
        try:
            self.send(lines.encode())
        except OSError as error:
            # It restarts what gives no sign of life; recording needs no manager.
            log.warning("the service manager cannot be told: %s", error)


def _sender(address: str) -> Send:
    to = "\0" + address[1:] if address.startswith("@") else address

    def send(said: bytes) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as talking:
            talking.setblocking(False)
            talking.sendto(said, to)

    return send
