"""Sessions for those who ask: the store, and the journal after it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Self

from logger.errors import SinkUnavailable
from logger.journal.entry import Draft, Entry
from logger.journal.kinds import Plan
from logger.journal.reader import JournalReader
from logger.session.carrying import begins_afresh, carried_over, readable_tail
from logger.session.cartridge_flags import (
    CartridgeFlag,
    CartridgeUses,
    Kin,
    flags_of,
    kin_of,
    uses_of,
)
from logger.session.figures import AnySession, SessionFigures, figures_of
from logger.session.index import SessionFilter
from logger.session.indexing import lines_of
from logger.session.model import Session
from logger.session.orders import PlanKey
from logger.session.places import Held, held_of
from logger.session.projection import Projection
from logger.session.refreshing import reading, refresh
from logger.session.series import SeriesItem, series_of
from logger.session.store_file import SessionStore
from logger.session.summary import SessionSummary

_SAVE_EVERY = 50

log = logging.getLogger(__name__)


def catch_up(
    projection: Projection, reader: JournalReader, store: SessionStore | None = None
) -> None:
    """Fold what the journal has beyond the projection, saving into ``store`` on the way."""
    for entry in reader.entries(projection.position):
        projection.apply(entry)
        if store is not None and len(projection.stopped) >= _SAVE_EVERY:
            _save(store, projection)
    if store is not None:
        _save(store, projection)


def _save(store: SessionStore, projection: Projection) -> None:
    """Save if the drive allows: what only saves time must not keep anybody from recording."""
    try:
        store.save(projection)
    except SinkUnavailable as error:
        log.warning("%s; it will be made again from the journal", error)


def open_sessions(
    data_dir: Path, append: Callable[[Sequence[Draft]], Sequence[Entry]] | None = None
) -> tuple[SessionStore, Projection]:
    """Return store and projection, up to date, for the holder of the instance lock.

    Where the journal has just succeeded a damaged file, ``append`` takes what must be
    carried over into it; whoever appends anything else passes it.
    """
    with JournalReader(data_dir) as reader:
        store = SessionStore.open(data_dir, reader)
        projection = store.restore()
        afresh = append is not None and begins_afresh(reader)
        tail = readable_tail(data_dir) if afresh else []
        for entry in tail:
            projection.apply(entry)
        catch_up(projection, reader, store)
    if append is not None and afresh:
        for entry in append(carried_over(projection, tail)):
            projection.apply(entry)
        _save(store, projection)
    return store, projection


class Sessions:
    """All sessions as the journal had them when this was made."""

    def __init__(self, projection: Projection, store: SessionStore | None) -> None:
        self._projection = projection
        self._store = store
        self._cartridges: tuple[CartridgeUses, Kin] | None = None

    def rows(self, limit: int) -> list[SessionSummary]:
        """Return the lines of up to ``limit`` sessions, newest first."""
        return self.search(SessionFilter(), limit)

    def search(self, wanted: SessionFilter, limit: int = -1) -> list[SessionSummary]:
        """Return the lines of up to ``limit`` sessions that are wanted, newest first.

        A negative limit is none.
        """
        fresh = self._projection.sessions()
        lines = lines_of(fresh, wanted)
        if self._store is not None:
            known = {session.id for session in fresh} | self._projection.erased
            stored = self._store.search(wanted, limit if limit < 0 else limit + len(known))
            lines += [line for line in stored if line.id not in known]
        lines.sort(key=lambda line: line.started_position, reverse=True)
        return lines if limit < 0 else lines[:limit]

    def figures(self, wanted: SessionFilter) -> list[SessionFigures]:
        """Return what tables need of the sessions that are wanted, newest first."""
        lines = self.search(wanted)
        found = {one.id: figures_of(one) for one in self._projection.sessions()}
        if self._store is not None:
            found |= self._store.figures([line.id for line in lines if line.id not in found])
        return [found[line.id] for line in lines]

    def cartridge_flags(
        self, session: AnySession, zone: tzinfo | None = None
    ) -> tuple[CartridgeFlag, ...]:
        """Return what is wrong with the cartridges of ``session``: used before, or expired.

        ``zone`` is the time zone of the day of the session, the system's if None.
        """
        if self._cartridges is None:
            self._cartridges = self._all_cartridges()
        return flags_of(session, *self._cartridges, zone)

    def _all_cartridges(self) -> tuple[CartridgeUses, Kin]:
        """Return who used which cartridge, and who shares them: looked up once for all flags."""
        fresh = self._projection.sessions()
        known = {one.id for one in fresh} | self._projection.erased
        uses = [use for one in fresh for use in uses_of(one)]
        kin = self._store.kin() if self._store is not None else {}
        if self._store is not None:
            uses += [use for use in self._store.cartridge_uses() if use.session not in known]
        return CartridgeUses(uses), kin | {one.id: kin_of(one) for one in fresh}

    def session(self, session: str) -> Session | None:
        """Return the session of that id, None if there is none."""
        return self._projection.session(session)

    def going_on(self) -> list[Session]:
        """Return the sessions that are not stopped, as they stand, in order of their start."""
        return [one for one in self._projection.sessions() if one.state != "stopped"]

    def holding(self, pen: str, first: int, last: int) -> list[Session]:
        """Return the sessions, open ones too, that may hold positions of ``pen`` between two."""
        mine = [one for one in self.going_on() if one.pen == pen]
        return self._projection.holding(pen, first, last) + mine

    def held(self, first: int, beyond: int) -> list[Held]:
        """Return who holds which positions, of all pens, from ``first`` to before ``beyond``."""
        fresh = self._projection.sessions()
        known = {one.id for one in fresh} | self._projection.erased
        held = [one for session in fresh for one in held_of(session)]
        held = [one for one in held if one.from_position < beyond and first <= one.to_position]
        if self._store is not None:
            stored = self._store.held(first, beyond)
            held += [one for one in stored if one.session not in known]
        return held

    def series(self, client: str) -> tuple[SeriesItem, ...]:
        """Return the sessions of ``client`` in their order, with the intervals between them."""
        lines = self.search(SessionFilter(client=client))
        found = [self.session(line.id) for line in lines]
        return series_of([one for one in found if one is not None])

    @property
    def used_plans(self) -> Mapping[PlanKey, Plan]:
        """The plans that sessions hold copies of, by name and version."""
        return self._projection.used_plans

    def close(self) -> None:
        """Let go of the store; idempotent."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def load_sessions(data_dir: Path) -> Sessions:
    """Return all sessions, up to date, changing nothing; with or without a recorder running."""
    with JournalReader(data_dir) as reader:
        store, projection = projected(data_dir, reader)
        refresh(projection, reading(reader))
    return Sessions(projection, store)


def projected(data_dir: Path, reader: JournalReader) -> tuple[SessionStore | None, Projection]:
    """Return the journal folded up to its end, and the store that helped, changing nothing.

    Whoever goes on folding keeps the store open as long.
    """
    store, projection = restored(data_dir, reader)
    catch_up(projection, reader)
    return store, projection


def restored(data_dir: Path, reader: JournalReader) -> tuple[SessionStore | None, Projection]:
    """Return the store, for reading, and what it covers; None and nothing where there is none."""
    store = SessionStore.open_for_reading(data_dir, reader)
    return store, store.restore() if store is not None else Projection()
