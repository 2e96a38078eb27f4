"""What a pen says, as bytes of a profile, and what the recorder made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from drivers.decoder import Decoder
from drivers.encoder import Encoder
from drivers.model import Flag, HostTime, Pen, PenEvent, SampleRun
from drivers.profile import Profile, find_profile
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.recorder.assembler import Assembler, Resume

NPT = find_profile("npt")
PERIOD_US = 10_000
S_NS = 1_000_000_000
WALL_NS = 1_760_000_000 * S_NS
HOST_BOOT = "b0" * 16
PEN = Pen("NP-1", "REF-PEN", "1.4.2", 7, 2.5, 150.0, PERIOD_US)


def host(at_s: float = 0.0) -> HostTime:
    """Return the host's clocks, ``at_s`` after the start of a test."""
    at_ns = round(at_s * S_NS)
    return HostTime(WALL_NS + at_ns, 1000 * S_NS + at_ns, True)


def run(first: int, count: int, profile: Profile = NPT) -> SampleRun:
    """Return samples from number ``first`` on, 10 ms apart, depth by number."""
    numbers = np.arange(first, first + count, dtype=np.int64)
    values = {layout.channel: np.full(count, 100, np.int64) for layout in profile.layouts}
    if "depth_set_mm" in values:
        values["depth_set_mm"] = numbers % 1000
    wrap_us = profile.ticks_modulus_us
    return SampleRun(
        sequence=numbers % profile.sequence_modulus if profile.sequence_modulus else None,
        ticks_us=numbers * PERIOD_US % wrap_us if wrap_us else None,
        layouts=profile.layouts,
        columns=values,
        status=np.full(count, int(Flag.MOTOR_ON & profile.flags_known), np.uint8),
        flags_known=profile.flags_known,
    )


def samples(first: int, count: int, profile: Profile = NPT) -> bytes:
    """Return the frames of :func:`run`."""
    return b"".join(Encoder(profile).samples(run(first, count, profile)))


def identity(pen: Pen = PEN, **changes: Any) -> bytes:
    """Return an IDENTITY frame of ``pen``, changed as told."""
    frame = Encoder(NPT).identity(replace(pen, **changes))
    assert frame is not None
    return frame


def event(name: str, **fields: Any) -> bytes:
    """Return the frame of an event."""
    frame = Encoder(NPT).event(PenEvent(name, **fields))
    assert frame is not None
    return frame


def nobody_known(serial: str) -> None:
    """Know no pen from before."""


def assembler(profile: Profile = NPT, resume: Resume = nobody_known, **more: Any) -> Assembler:
    """Return an assembler for a link that was just opened."""
    return Assembler("/dev/pen", profile, Decoder(profile), HOST_BOOT, resume, **more)


def told(drafts: Iterable[Draft]) -> list[str]:
    """Return the kinds, in order."""
    return [draft.kind for draft in drafts]


def payloads(drafts: Sequence[Draft], kind: str) -> list[Any]:
    """Return the decoded payloads of ``kind``, in order."""
    return [kinds.decode(draft.kind, draft.payload) for draft in drafts if draft.kind == kind]


def numbers(drafts: Sequence[Draft]) -> list[int]:
    """Return the sequence numbers of all blocks, in order."""
    blocks = [draft.block for draft in drafts if draft.block is not None]
    return [number for block in blocks for number in block.sequence.tolist()]
