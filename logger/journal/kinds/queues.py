"""What became of deliveries: refusals, replays, retries, and what was given up."""

from logger.journal.kinds.payload import Payload


class DeliveryRejected(Payload, frozen=True, kw_only=True):
    """A sink refused ``count`` items for good; ``kept`` of them lie in quarantine, or all if None.

    There is room for so many only; what they were made from stays in the journal.
    """

    sink: str
    count: int
    from_position: int
    to_position: int
    reason: str
    kept: int | None = None


class QueueReplayed(Payload, frozen=True, kw_only=True):
    """A person set a sink's cursor back."""

    sink: str
    from_position: int
    to_position: int


class QueueRetried(Payload, frozen=True, kw_only=True):
    """A person had quarantined items offered again: these were accepted and left the quarantine.

    ``items`` are their numbers, ``positions`` the entries that they were made from.
    """

    sink: str
    items: tuple[int, ...]
    positions: tuple[int, ...]


class QueueDropped(Payload, frozen=True, kw_only=True):
    """Items left the quarantine that the receiver never accepted, and why.

    By a person's order, or after the time that the settings give them.
    """

    sink: str
    items: tuple[int, ...]
    positions: tuple[int, ...]
    reason: str
    nonce: str


class QueueGivenUp(Payload, frozen=True, kw_only=True):
    """A person gave up what was not delivered yet, first to last position, and why."""

    sink: str
    from_position: int
    to_position: int
    reason: str
    nonce: str
