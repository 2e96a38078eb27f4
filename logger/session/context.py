"""What the journal tells of pens and of the host's clock, apart from sessions."""

import msgspec

from drivers.model import HostTime
from logger.journal.kinds import (
    AnchorSet,
    ClockChanged,
    LinkUp,
    Payload,
    PenEventSeen,
    PenIdentified,
    ServiceStarted,
)
from logger.session.cartridges import CartridgeRead
from logger.session.model import ClockState, PenSeen

CONTEXT_KINDS = (
    "service.started",
    "link.up",
    "pen.identified",
    "pen.event",
    "anchor.set",
    "clock.changed",
)
"""The kinds that :meth:`Context.apply` looks at."""


class Context(msgspec.Struct, kw_only=True):
    """The pens seen so far by serial number, their cartridges, and the host's clock."""

    pens: dict[str, PenSeen] = {}
    needles: dict[str, int] = {}
    cartridges: dict[str, str] = {}
    clock: ClockState | None = None

    def pen(self, serial: str) -> PenSeen:
        """Return the pen as last seen."""
        return self.pens.get(serial, PenSeen(serial=serial))

    def cartridge(self, stream: str, position: int, time_unix_ns: int) -> CartridgeRead | None:
        """Return the cartridge that the pen read last, as seen from now on; None if none is in."""
        udi = self.cartridges.get(stream)
        if udi is None:
            return None
        return CartridgeRead(
            position=position,
            time_unix_ns=time_unix_ns,
            udi=udi,
            needle_count=self.needles.get(stream),
        )

    def apply(self, stream: str, payload: Payload) -> None:
        """Fold an entry of pen ``stream``; other kinds change nothing."""
        match payload:
            case ServiceStarted() | AnchorSet() | ClockChanged():
                self.clock = _clock_state(payload.host, payload.host_boot_id)
            case LinkUp():
                self.pens[stream] = msgspec.structs.replace(
                    self.pen(stream), profile=payload.profile, profile_hash=payload.profile_hash
                )
            case PenIdentified():
                self._identify(stream, payload)
            case PenEventSeen():
                self._note_cartridge(stream, payload)

    def _identify(self, stream: str, payload: PenIdentified) -> None:
        pen = payload.pen
        self.pens[stream] = msgspec.structs.replace(
            self.pen(stream),
            model=pen.model,
            firmware=pen.firmware,
            sample_period_us=pen.sample_period_us,
            boot_ids=() if pen.boot_id is None else (pen.boot_id,),
        )

    def _note_cartridge(self, stream: str, payload: PenEventSeen) -> None:
        event = payload.event
        if event.name == "cartridge_seated" and not event.value:
            self.needles.pop(stream, None)
            self.cartridges.pop(stream, None)
        elif event.name == "cartridge":
            self.cartridges[stream] = event.text
            if event.needle_count:
                self.needles[stream] = event.needle_count


def _clock_state(host: HostTime, boot_id: str) -> ClockState:
    return ClockState(
        host_boot_id=boot_id,
        synchronised=host.synchronised,
        offset_ns=host.wall_ns - host.boottime_ns,
    )
