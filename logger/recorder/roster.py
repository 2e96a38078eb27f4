"""Which pens are recorded: the ports to try for each, and where each pen's record ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from drivers.discovery import PortInfo, candidates
from drivers.profile import Profile, find_profile, load_profile
from logger.errors import ConfigError, UnsupportedPen
from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.reader import JournalReader
from logger.recorder.pen_recorder import PenRecorder, Target
from logger.recorder.pen_stream import PenStream
from logger.recorder.settings import AUTO, PenSettings
from logger.recorder.timeline import Resumption
from logger.session.orders import KnownPen


def profile_of(pen: PenSettings, profiles_dir: Path | None) -> Profile:
    """Return the profile that the settings name: the clinic's own before a shipped one.

    Raises :class:`ConfigError` with file, key and mend.
    """
    if profiles_dir is not None:
        if not profiles_dir.is_dir():
            raise ConfigError(
                str(profiles_dir), "there is no such directory", "Correct profiles_dir, or make it"
            )
        own = profiles_dir / f"{pen.profile}.toml"
        if own.is_file():
            return load_profile(own)
    return find_profile(pen.profile)


@dataclass(slots=True)
class Roster:
    """All pen recorders of one service. ``find`` lists the ports that ``auto`` may open."""

    reader: JournalReader
    find: Callable[[Sequence[Profile]], Sequence[PortInfo]] = candidates
    recorders: list[PenRecorder] = field(default_factory=list)
    _streams: dict[str, PenStream] = field(default_factory=dict)

    def targets(self, pen: PenSettings, profile: Profile) -> list[Target]:
        """Return the ports to try now for ``pen``; none if ``auto`` finds no free one."""
        if pen.port != AUTO:
            return [Target(pen.port, profile, pen.name)]
        # Also asked in a thread, while links come and go.
        taken = {link.assembler.port for r in self.recorders if (link := r.link) is not None}
        return [
            Target(port.best_path, profile, pen.name)
            for port in self.find([profile])
            if port.best_path not in taken
        ]

    def resumption(self, serial: str, asker: PenRecorder) -> Resumption | None:
        """Return where the record of ``serial`` ended; None if it was never seen.

        Raises :class:`UnsupportedPen` if another recorder has a pen of that number.
        """
        for recorder in self.recorders:
            if recorder is not asker and recorder.serial == serial:
                raise UnsupportedPen(
                    f"pen {serial}",
                    "two pens have this serial number",
                    "Unplug one, or give one its own `name` in a [[pens]] table",
                )
        stream = self._streams.get(serial)
        if stream is None or stream.last_block is None:
            return self._from_journal(serial)
        return Resumption.after(stream.last_block, stream.timeline.anchoring.number)

    @property
    def seen(self) -> set[str]:
        """The serial numbers of all pens seen since the service started."""
        return set(self._streams)

    def known_pens(self) -> dict[str, KnownPen]:
        """Return the pens seen since the service started, as rules need them."""
        linked = {recorder.serial for recorder in self.recorders}
        return {
            serial: KnownPen(serial=serial, linked=serial in linked, simulated=stream.pen.simulated)
            for serial, stream in self._streams.items()
        }

    def remember(self, recorder: PenRecorder) -> None:
        """Keep the stream of the recorder's pen: its next link goes on from there."""
        if recorder.link is not None and recorder.link.assembler.stream is not None:
            stream = recorder.link.assembler.stream
            self._streams[stream.pen.serial] = stream

    def _from_journal(self, serial: str) -> Resumption | None:
        anchored = self.reader.last_of("anchor.set", serial)
        if anchored is None or anchored.payload is None:
            return self._carried(serial)
        payload = kinds.decode(anchored.kind, anchored.payload)
        number = payload.anchor.number if isinstance(payload, kinds.AnchorSet) else 0
        newest = self.reader.last_samples(serial, anchored.position)
        newest = newest or self.reader.last_samples(serial, 0)
        if newest is None or newest.payload is None:
            carried = self._carried(serial)
            return replace(carried, anchor_number=number) if carried else Resumption(number)
        return Resumption.after(decode_block(newest.payload), number)

    def _carried(self, serial: str) -> Resumption | None:
        """Return where the record ended in the file before, as was noted when it was set aside."""
        entry = self.reader.last_of("pen.carried", serial)
        if entry is None or entry.payload is None:
            return None
        payload = kinds.decode(entry.kind, entry.payload)
        return Resumption(**msgspec.structs.asdict(payload))
