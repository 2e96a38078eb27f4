"""Makes drafts of a link's bytes: decodes, finds out who speaks, holds what came before.

Does no I/O. Frames before the pen's identity are held, not lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from drivers.counters import EMPTY, PARTIAL
from drivers.decoder import Decoder
from drivers.model import (
    SIMULATED_PREFIX,
    HostTime,
    Message,
    Pen,
    PenEvent,
    SampleRun,
    is_simulated,
)
from drivers.profile import Profile
from logger.errors import UnsupportedPen
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.recorder.counting import STEADY_WITHIN_US
from logger.recorder.pen_stream import PenStream, joined
from logger.recorder.timeline import Resumption, Timeline

Resume = Callable[[str], Resumption | None]
"""Returns where the record of a serial number ended; None if it is new."""

HELD_AT_MOST = 4096
REFUSED_EVERY_NS = 10_000_000_000
ORDINARY = (EMPTY, PARTIAL)
"""What every healthy line has now and then, and no entry tells."""


@dataclass(slots=True)
class Assembler:
    """Follows one open link from its first byte to its loss.

    ``pen_name`` is the serial number for a pen that tells none; ``gap_cause`` says what
    a gap at the start is due to: ``link`` or ``restart``. ``simulated`` says that no pen
    is at the other end of the port: then its serial number is marked so. ``unsupported``
    is set, and nothing more is taken, once a pen without serial number or name speaks, or
    another pen than before.
    """

    port: str
    profile: Profile
    decoder: Decoder
    host_boot_id: str
    resume: Resume
    pen_name: str | None = None
    gap_cause: str = "link"
    simulated: bool = False
    stream: PenStream | None = None
    unsupported: UnsupportedPen | None = None
    _awaiting: bool = True
    _restarted: bool = False
    _held: list[tuple[Message, HostTime]] = field(default_factory=list)
    _held_too_much: int = 0
    _refused_ns: int = 0

    @property
    def waits_for_identity(self) -> bool:
        """Tell whether the pen should be asked who it is."""
        return self._awaiting and self.profile.sends_identity

    def take(self, data: bytes, host: HostTime) -> list[Draft]:
        """Return the drafts that ``data`` yields; ``host`` is when its end was read."""
        drafts: list[Draft] = []
        if self.unsupported is None:
            try:
                self._take(data, host, drafts)
            except UnsupportedPen as error:
                self.unsupported = error
        if host.boottime_ns - self._refused_ns >= REFUSED_EVERY_NS:
            drafts += self.refused(host)
        return drafts

    def _take(self, data: bytes, host: HostTime, drafts: list[Draft]) -> None:
        if self._awaiting and not self.profile.sends_identity:
            self._identify(self._unnamed(), host, drafts)
        pending: list[SampleRun] = []
        messages = self.decoder.feed(data)
        for message in messages:
            if isinstance(message, SampleRun):
                pending.append(message)
                continue
            if pending:
                self._sampled(joined(pending), _arrival(pending[-1], messages, host), drafts)
                pending = []
            self._other(message, host, drafts)
        if pending:
            self._sampled(joined(pending), _arrival(pending[-1], messages, host), drafts)

    def refused(self, host: HostTime) -> list[Draft]:
        """Return what was refused and discarded since the last call, if a pen is known."""
        self._refused_ns = host.boottime_ns
        if self.stream is None:
            return []
        since = self.decoder.counters.take()
        refused = {**since.refused, **self.stream.left_out}
        self.stream.left_out = {}
        if self._held_too_much:
            refused["unidentified"], self._held_too_much = self._held_too_much, 0
        discarded = {cause: n for cause, n in since.discarded.items() if cause not in ORDINARY}
        if not refused and not discarded:
            return []
        payload = kinds.FramesRefused(
            refused=refused,
            discarded=discarded,
            examples=tuple(raw.hex() for raw in since.examples),
        )
        return [self.stream.draft(payload)]

    def _sampled(self, run: SampleRun, host: HostTime, drafts: list[Draft]) -> None:
        stream = self.stream
        if self._awaiting or stream is None:
            self._hold(run, host)
        elif not stream.timeline.goes_back(run):
            drafts += stream.sampled(run, host)
        elif self.profile.sends_identity:
            # Its counters restarted, so it rebooted; which boot this is, it is yet to say.
            self._awaiting = self._restarted = True
            self._hold(run, host)
        else:
            drafts += stream.identified_again(stream.pen, restarted=True)
            drafts += stream.sampled(run, host)

    def _other(self, message: Pen | PenEvent, host: HostTime, drafts: list[Draft]) -> None:
        if isinstance(message, Pen):
            self._identify(message, host, drafts)
        elif self._awaiting or self.stream is None:
            self._hold(message, host)
        else:
            drafts += self.stream.said(message, host)

    def _hold(self, message: Message, host: HostTime) -> None:
        if len(self._held) < HELD_AT_MOST:
            self._held.append((message, host))
        else:
            self._held_too_much += len(message) if isinstance(message, SampleRun) else 1

    def _identify(self, pen: Pen, host: HostTime, drafts: list[Draft]) -> None:
        pen = self._supported(pen)
        if self.stream is None:
            first = self._held[0][1] if self._held else host
            self.stream = self._new_stream(pen, first, drafts)
        elif pen.serial != self.stream.pen.serial:
            raise UnsupportedPen(
                f"{self.port}: pen {self.stream.pen.serial}",
                f"the pen on this port now says that it is {pen.serial!r}",
                "It is recorded as a pen of its own when the port is opened again",
            )
        else:
            drafts += self.stream.identified_again(pen, self._restarted)
        self._awaiting = self._restarted = False
        held, self._held = self._held, []
        for message, arrived in held:
            if isinstance(message, SampleRun):
                self._sampled(message, arrived, drafts)
            else:
                self._other(message, arrived, drafts)

    def _new_stream(self, pen: Pen, first: HostTime, drafts: list[Draft]) -> PenStream:
        known = self.resume(pen.serial)
        timeline = Timeline.taken_up(pen, self.profile, self.host_boot_id, first, known)
        stream = PenStream(pen, timeline, self.gap_cause)
        link = kinds.LinkUp(
            port=self.port,
            profile=self.profile.name,
            profile_hash=self.profile.hash,
            simulated=pen.simulated,
        )
        identified = kinds.PenIdentified(pen=pen, layouts=self.profile.layouts)
        drafts += [stream.draft(link), stream.draft(identified)]
        if known is not None and known.last_host and known.boot_id != pen.boot_id:
            rebooted = kinds.PenRebooted(boot_id_before=known.boot_id, boot_id=pen.boot_id)
            drafts.append(stream.draft(rebooted))
        return stream

    def _supported(self, pen: Pen) -> Pen:
        serial = pen.serial or self.pen_name
        if serial is None:
            raise UnsupportedPen(
                f"{self.port}: pen {pen.model or self.profile.name}",
                "it tells no serial number",
                "Give it one in the settings: `name` in its [[pens]] table",
            )
        if self.simulated and not is_simulated(serial):
            serial = SIMULATED_PREFIX + serial
        return replace(pen, serial=serial, simulated=is_simulated(serial))

    def _unnamed(self) -> Pen:
        """Return what is known of a pen that never says who it is."""
        return Pen(
            serial="",
            model=self.profile.title,
            firmware="",
            boot_id=None,
            depth_max_mm=None,
            rate_max_hz=None,
            sample_period_us=self.profile.sample_period_us,
        )


def _arrival(run: SampleRun, messages: list[Message], host: HostTime) -> HostTime:
    """Return when the end of ``run`` had arrived, of what was read together at ``host``.

    Something that the pen said splits the samples of one read. Those before it came as
    much earlier as the pen's clock says; at ``host`` they would look late.
    """
    last = next(one for one in reversed(messages) if isinstance(one, SampleRun))
    if last is run or run.ticks_us is None or last.ticks_us is None:
        return host
    earlier_us = int(last.ticks_us[-1]) - int(run.ticks_us[-1])
    if not 0 < earlier_us < STEADY_WITHIN_US:
        return host
    earlier_ns = earlier_us * 1000
    return HostTime(host.wall_ns - earlier_ns, host.boottime_ns - earlier_ns, host.synchronised)
