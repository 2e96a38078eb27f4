"""Notices when the host's clock steps, is synchronised, or is so no longer.

Pure: fed with readings of the clock, at every commit.
"""

from dataclasses import dataclass

from drivers.model import HostTime
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.session.model import ClockState

ACTOR = "service"
STEP_LIMIT_NS = 100_000_000
"""UTC that moves further than this against CLOCK_BOOTTIME was set, not slewed."""


def offset_ns(host: HostTime) -> int:
    """Return UTC less CLOCK_BOOTTIME in ns: constant but for steps, also through suspend."""
    return host.wall_ns - host.boottime_ns


@dataclass(slots=True)
class ClockWatch:
    """Follows the clock within one boot of the host.

    ``told`` is the reading that the journal knows of. ``steps`` counts the steps since
    the first one, and ``last_step_ns`` is the size of the newest.
    """

    host_boot_id: str
    told: HostTime
    steps: int = 0
    last_step_ns: int | None = None

    def noticed(self, now: HostTime) -> list[Draft]:
        """Return what the journal must be told of ``now``; nearly always nothing."""
        step_ns = offset_ns(now) - offset_ns(self.told)
        stepped = abs(step_ns) > STEP_LIMIT_NS
        if not stepped and now.synchronised == self.told.synchronised:
            return []
        reason = "synchronised" if now.synchronised else "unsynchronised"
        if stepped:
            self.steps += 1
            self.last_step_ns = step_ns
            if now.synchronised <= self.told.synchronised:
                reason = "step"
        self.told = now
        changed = kinds.ClockChanged(
            reason=reason, host=now, host_boot_id=self.host_boot_id, step_ns=step_ns
        )
        return [_draft(changed)]


def told_alone(known: ClockState | None, now: HostTime, host_boot_id: str) -> list[Draft]:
    """Return what a command that appends without a recorder must tell of the clock first.

    ``known`` is the clock as the journal last told of it; a journal without any says nothing
    that could be wrong.
    """
    if known is None:
        return []
    same_boot = known.host_boot_id == host_boot_id
    step_ns = offset_ns(now) - known.offset_ns if same_boot else 0
    if same_boot and abs(step_ns) <= STEP_LIMIT_NS and now.synchronised == known.synchronised:
        return []
    changed = kinds.ClockChanged(
        reason="no recorder", host=now, host_boot_id=host_boot_id, step_ns=step_ns
    )
    return [_draft(changed)]


def _draft(changed: kinds.ClockChanged) -> Draft:
    return Draft(kinds.kind_of(changed), "", ACTOR, kinds.encode(changed))
