"""One open link: bytes kept between commits, and the signs that it has died.

A link is lost when the port goes, when it falls silent after frames had come, when
nothing it carries makes sense, or when another pen answers on it.
"""

from dataclasses import dataclass, field

from drivers.model import HostTime
from drivers.port import Port
from drivers.profile import Profile
from logger.errors import LinkLost
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.recorder.assembler import Assembler
from logger.recorder.clock import Clock
from logger.recorder.settings import RecordingSettings

UNREADABLE_AFTER = 4096
"""Bytes without one good frame that show a wrong baud rate or profile."""
IDENTIFY_EVERY_NS = 2_000_000_000
NEW_FOR_NS = 2_000_000_000
UNHEARD_AFTER_NS = 3_000_000_000
"""A port on which no pen has spoken for so long is left, if there is another one to try."""
TERMINAL_READ = 4000
READ_AT_ONCE = 1 << 16
KEPT_AT_MOST = 1 << 22
"""Beyond so many bytes, 17 min at 100 Hz, a commit has hung: what comes is left to the kernel."""


@dataclass(slots=True)
class Link:
    """Collects what ``port`` yields. It was ``opened`` and bytes were last ``read_at`` then."""

    port: Port
    profile: Profile
    assembler: Assembler
    settings: RecordingSettings
    opened: HostTime
    lost: str | None = None
    lost_detail: str = ""
    buffered: int = 0
    drained_bytes: int = 0
    last_good: HostTime | None = None
    read_at: HostTime | None = None
    _chunks: list[bytes] = field(default_factory=list)
    _asked_ns: int = 0
    _good: int = 0
    _strange: int = 0
    _ended: bool = False

    @property
    def identified(self) -> bool:
        """Tell whether it is known which pen speaks."""
        return self.assembler.stream is not None

    def is_new(self, now: HostTime) -> bool:
        """Tell whether the link was opened just now and it is not known who speaks."""
        return not self.identified and now.boottime_ns - self.opened.boottime_ns < NEW_FOR_NS

    def is_unheard(self, now: HostTime) -> bool:
        """Tell whether the link has been open for a while and no pen has spoken on it."""
        open_ns = now.boottime_ns - self.opened.boottime_ns
        return self.last_good is None and open_ns > UNHEARD_AFTER_NS

    def read_all(self, clock: Clock) -> int:
        """Keep what has arrived, until the next commit; return how many bytes. Never waits.

        ``clock`` is read after the bytes: what was read can be old, and never of the future,
        even if the machine is busy or suspended in between.

        A terminal gives 4 kB a read, so it is read until it gives less, up to
        :data:`READ_AT_ONCE`. No more than :data:`KEPT_AT_MOST` and that is kept.
        """
        got = 0
        try:
            while self.lost is None and got < READ_AT_ONCE and self.buffered < KEPT_AT_MOST:
                data = self.port.read_now()
                if data:
                    self._chunks.append(data)
                    got += len(data)
                if len(data) < TERMINAL_READ:
                    break
        except LinkLost as error:
            self.lose("unplugged", str(error))
        if got:
            self.buffered += got
            self.read_at = clock()
        return got

    def lose(self, reason: str, detail: str) -> None:
        """Give the link up; the first reason counts."""
        if self.lost is None:
            self.lost, self.lost_detail = reason, detail

    def drain(self, now: HostTime) -> list[Draft]:
        """Return drafts of all that was kept; the last ones of a lost link tell of its end."""
        if self._ended:
            return []
        data, self._chunks, self.buffered = b"".join(self._chunks), [], 0
        self.drained_bytes = len(data)
        drafts = self.assembler.take(data, self.read_at or now)
        if self.assembler.unsupported is not None:
            reason = "another pen" if self.identified else "unsupported"
            self.lose(reason, str(self.assembler.unsupported))
        if self.lost is None:
            self._watch(data, now)
            self.ask_identity(now)
        if self.lost is not None:
            self._ended = True
            drafts += self._last_words(now)
        return drafts

    def _watch(self, data: bytes, now: HostTime) -> None:
        good = self.assembler.decoder.counters.frames_good
        if good != self._good:
            self.last_good, self._good, self._strange = now, good, 0
            return
        self._strange += len(data)
        silent_s = (now.boottime_ns - (self.last_good or self.opened).boottime_ns) / 1e9
        if self._strange >= UNREADABLE_AFTER:
            self.lose("unreadable", self._unreadable())
        elif self.last_good is not None and silent_s > self.settings.frame_timeout_s:
            self.lose("silent", f"{self.port.name}: no good frame for {silent_s:.1f} s")

    def _unreadable(self) -> str:
        return (
            f"{self.port.name}: {self._strange} bytes and no frame of profile "
            f"{self.profile.name}: wrong baud rate ({self.profile.port.baud_rate}) or wrong "
            "profile. Look with `needlelog pen sniff`"
        )

    def ask_identity(self, now: HostTime) -> None:
        """Ask the pen who it is, if its profile says how and it has not said so for a while."""
        ask = self.profile.identify
        if ask is None or not self.assembler.waits_for_identity:
            return
        if not self._asked_ns or now.boottime_ns - self._asked_ns >= IDENTIFY_EVERY_NS:
            self._asked_ns = now.boottime_ns
            try:
                self.port.write(ask)
            except LinkLost as error:
                self.lose("unplugged", str(error))

    def _last_words(self, now: HostTime) -> list[Draft]:
        stream = self.assembler.stream
        if stream is None:
            return []
        lost = kinds.LinkLost(
            port=self.port.name, reason=self.lost or "stopped", detail=self.lost_detail
        )
        return [*self.assembler.refused(now), stream.draft(lost)]
