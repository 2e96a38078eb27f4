"""The entries that a seal rests on beside the samples, and what they tell."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from logger.archive.manifest import ClockReading, GapTold, Software
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.session.context import Context
from logger.session.model import PenSeen

SERVICE_KINDS = ("service.started", "service.stopped", "service.disk", "clock.changed")
PEN_KINDS = (
    *("link.up", "link.lost", "pen.carried", "pen.identified", "pen.rebooted", "pen.event"),
    *("anchor.set", "gap", "frames.refused"),
)
_IN_FORCE = ("service.started", "clock.changed", "link.up", "pen.identified", "anchor.set")
_IDENTITY = ("link.up", "pen.identified")
_WINDOW = 4096


@dataclass
class Gathered:
    """What the entries tell; ``entries`` are in order of position."""

    entries: list[Entry] = field(default_factory=list)
    site: str = ""
    software: list[Software] = field(default_factory=list)
    clock: list[ClockReading] = field(default_factory=list)
    gaps: list[GapTold] = field(default_factory=list)
    pens: list[PenSeen] = field(default_factory=list)


def gather(
    reader: JournalReader,
    pen: str,
    bounds: tuple[int, int],
    own: Iterable[Entry],
    belongs: Callable[[Entry], bool],
) -> Gathered:
    """Return what was told of ``pen`` and of the service from first to last of ``bounds``.

    What was in force at the first comes with it, and so do ``own``, the entries of a
    session, wherever they lie. Only gaps count of which ``belongs`` says so.
    """
    found = {entry.position: entry for entry in own}
    for entry in (*_in_force(reader, pen, bounds[0]), *_within(reader, pen, bounds)):
        found[entry.position] = entry
    gathered, identities = Gathered(), _Identities(pen)
    for position in sorted(found):
        entry = found[position]
        gathered.entries.append(entry)
        if entry.payload is not None:
            payload = kinds.decode(entry.kind, entry.payload)
            _note(gathered, entry, payload, belongs)
            identities.note(entry, payload)
    gathered.pens = identities.seen()
    return gathered


class _Identities:
    """What a pen presented itself as: a link tells its profile, the pen the rest."""

    def __init__(self, pen: str) -> None:
        self._pen = pen
        self._context = Context()
        self._kinds: set[str] = set()
        self._by_time: dict[int, PenSeen] = {}

    def note(self, entry: Entry, payload: kinds.Payload) -> None:
        """Fold one entry; what a commit tells piece by piece counts once."""
        if entry.kind not in _IDENTITY:
            return
        self._context.apply(entry.stream, payload)
        self._kinds.add(entry.kind)
        if self._kinds.issuperset(_IDENTITY):
            self._by_time[entry.time_ns] = self._context.pen(self._pen)

    def seen(self) -> list[PenSeen]:
        """Return each identity once in a row, or the half of one that there is."""
        if not self._by_time:
            return [self._context.pen(self._pen)] if self._kinds else []
        return [seen for seen, _ in groupby(self._by_time.values())]


def latest_before(
    reader: JournalReader, stream: str, wanted: Sequence[str], position: int
) -> dict[str, Entry]:
    """Return the last entry of each of ``wanted`` kinds and ``stream`` up to ``position``.

    Looks back in growing windows, so that it costs little where they are near.
    """
    found: dict[str, Entry] = {}
    to, window = position, _WINDOW
    while to > 0 and len(found) < len(wanted):
        left = [kind for kind in wanted if kind not in found]
        newest: dict[str, Entry] = {}
        for entry in reader.entries(max(0, to - window), kinds=left, stream=stream, to=to):
            newest[entry.kind] = entry
        found |= newest
        to, window = to - window, window * 4
    return found


def _in_force(reader: JournalReader, pen: str, position: int) -> Iterator[Entry]:
    own = [kind for kind in _IN_FORCE if kind not in SERVICE_KINDS]
    service = [kind for kind in _IN_FORCE if kind in SERVICE_KINDS]
    yield from latest_before(reader, pen, own, position).values()
    yield from latest_before(reader, "", service, position).values()


def _within(reader: JournalReader, pen: str, bounds: tuple[int, int]) -> Iterator[Entry]:
    first, last = bounds
    yield from reader.entries(first - 1, kinds=PEN_KINDS, stream=pen, to=last)
    yield from reader.entries(first - 1, kinds=SERVICE_KINDS, stream="", to=last)


def _note(
    gathered: Gathered,
    entry: Entry,
    payload: kinds.Payload,
    belongs: Callable[[Entry], bool],
) -> None:
    match payload:
        case kinds.ServiceStarted():
            gathered.site = payload.site
            gathered.software.append(_software(entry, payload))
            gathered.clock.append(_reading(entry, payload, "started"))
        case kinds.ClockChanged() | kinds.AnchorSet():
            gathered.clock.append(_reading(entry, payload, payload.reason))
        case kinds.Gap() if belongs(entry):
            gathered.gaps.append(_gap(entry, payload))


def _software(entry: Entry, started: kinds.ServiceStarted) -> Software:
    return Software(
        position=entry.position,
        time_unix_ns=entry.time_ns,
        version=started.version,
        settings_sha256=started.settings_hash,
        settings=started.settings,
    )


def _reading(
    entry: Entry, told: kinds.ServiceStarted | kinds.ClockChanged | kinds.AnchorSet, reason: str
) -> ClockReading:
    return ClockReading(
        position=entry.position,
        kind=entry.kind,
        reason=reason,
        host=told.host,
        host_boot_id=told.host_boot_id,
        anchor=told.anchor if isinstance(told, kinds.AnchorSet) else None,
    )


def _gap(entry: Entry, gap: kinds.Gap) -> GapTold:
    return GapTold(
        position=entry.position,
        cause=gap.cause,
        count=gap.count,
        from_sequence=gap.from_sequence,
        to_sequence=gap.to_sequence,
        from_unix_ns=gap.from_unix_ns,
        to_unix_ns=gap.to_unix_ns,
    )
