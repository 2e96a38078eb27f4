"""Sessions as the running recorder keeps them: orders, the service's own rules, the fold."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from drivers.model import HostTime
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.entry import Draft, Entry
from logger.session.commands import decide
from logger.session.keeper import Keeper, LastSigns
from logger.session.orders import AnyOrder, Known, KnownPen, PlanKey
from logger.session.projection import Projection
from logger.session.record_orders import AnyRecordOrder, BlockTimes, KnownRecords
from logger.session.record_rules import decide_record
from logger.session.starting import new_session_id

SERVICE = "service"
TICK_NS = 1_000_000_000


BlockTimesOf = Callable[[str, int], BlockTimes | None]
"""Returns when the samples of a pen's block at a position were taken, None if there is none."""


def no_blocks(pen: str, position: int) -> BlockTimes | None:
    """Return None: there is no journal to look into."""
    del pen, position
    return None


@dataclass(slots=True)
class SessionDesk:
    """Judges orders and minds sessions; ``pens`` returns the pens known now by serial number.

    ``random_bits`` makes the ids of sessions, and the nonces of what people say.
    """

    projection: Projection
    keeper: Keeper
    plans: Mapping[PlanKey, kinds.Plan]
    pens: Callable[[], Mapping[str, KnownPen]]
    clock: Callable[[], HostTime]
    block_times: BlockTimesOf = no_blocks
    random_bits: Callable[[int], int] = secrets.randbits
    _ticked_ns: int = 0

    def applied(self, entries: Iterable[Entry]) -> None:
        """Fold what was committed."""
        for entry in entries:
            self.projection.apply(entry)

    def started(self, signs: LastSigns, now: HostTime) -> list[Draft]:
        """Return what the recorder's absence did to the sessions that were open."""
        sessions = self.projection.open_sessions()
        return self._drafts(self.keeper.recorder_started(sessions, signs, now), SERVICE)

    def minded(self, drafts: list[Draft], now: HostTime) -> list[Draft]:
        """Return the pens' drafts, and behind each loss and return what it does to a session."""
        if not any(draft.kind in ("link.up", "link.lost") for draft in drafts):
            return drafts
        minded: list[Draft] = []
        sessions = self.projection.open_sessions()
        for draft in drafts:
            minded.append(draft)
            if draft.kind == "link.up":
                payloads = self.keeper.link_up(sessions, draft.stream, now)
            elif draft.kind == "link.lost":
                reason = _reason(draft)
                payloads = self.keeper.link_lost(sessions, draft.stream, reason, now)
            else:
                continue
            minded += self._drafts(payloads, SERVICE)
        return minded

    def due(self, now: HostTime) -> list[Draft]:
        """Return what time alone does to sessions; looks once a second."""
        if now.boottime_ns - self._ticked_ns < TICK_NS:
            return []
        self._ticked_ns = now.boottime_ns
        sessions = self.projection.open_sessions()
        return self._drafts(self.keeper.tick(sessions, now), SERVICE)

    def judge(self, order: AnyOrder, actor: str) -> list[Draft]:
        """Return what ``order`` appends; :class:`CommandRefused` if it cannot be.

        Everything that was said so far must have been committed and applied, and nothing
        else may be committed before these drafts are.
        """
        return self._drafts(decide(order, self._known()), actor)

    def judge_record(self, order: AnyRecordOrder, actor: str) -> list[Draft]:
        """Return the same of an order about the record of a session."""
        known = KnownRecords(
            open_sessions=self.projection.open_sessions(),
            find=self.projection.session,
            holding=self.projection.holding,
            block_times=self.block_times,
            is_session=self.projection.is_session,
            make_session_id=self._new_id,
            make_nonce=self._new_nonce,
        )
        return self._drafts(decide_record(order, known), actor)

    def _drafts(self, payloads: Iterable[kinds.Payload], actor: str) -> list[Draft]:
        return [
            Draft(kinds.kind_of(payload), self._pen_of(payload), actor, kinds.encode(payload))
            for payload in payloads
        ]

    def _pen_of(self, payload: kinds.Payload) -> str:
        if isinstance(payload, kinds.SessionStarted):
            return payload.pen
        session: str = getattr(payload, "session", "")
        for one in self.projection.open_sessions():
            if one.id == session:
                return one.pen
        stopped = self.projection.session(session)
        if stopped is None:
            raise CommandRefused(f"there is no session {session}")
        return stopped.pen

    def _known(self) -> Known:
        return Known(
            open_sessions=self.projection.open_sessions(),
            pens=self.pens(),
            plans=self.plans,
            used_plans=self.projection.used_plans,
            is_session=self.projection.is_session,
            make_session_id=self._new_id,
            make_nonce=self._new_nonce,
        )

    def _new_id(self) -> str:
        today = datetime.fromtimestamp(self.clock().wall_ns / 1e9, UTC).strftime("%Y%m%d")
        return new_session_id(today, self.random_bits)

    def _new_nonce(self) -> str:
        return f"{self.random_bits(128):032x}"


def _reason(draft: Draft) -> str:
    payload = kinds.decode(draft.kind, draft.payload)
    return f"link lost: {payload.reason}" if isinstance(payload, kinds.LinkLost) else "link lost"
