"""What an identified pen says, made into drafts for its stream of the journal. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from drivers.model import HostTime, Pen, PenEvent, SampleBlock, SampleRun
from logger.journal import kinds
from logger.journal.blocks import BlockEncoder
from logger.journal.entry import Draft
from logger.recorder.timeline import Placed, Timeline

ACTOR = "service"
TEXT_AT_MOST = 512


@dataclass(slots=True)
class PenStream:
    """Follows one pen through one link.

    ``left_out`` counts samples that arrived and were not journaled, by cause:
    ``repeated``, ``late`` (its number was already given up as missing), ``time`` (the
    clock did not rise), ``jump`` (number and time contradict their neighbours).
    """

    pen: Pen
    timeline: Timeline
    gap_cause: str
    last_block: SampleBlock | None = None
    samples: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    _cartridge: str = ""
    _encoder: BlockEncoder = field(default_factory=BlockEncoder, repr=False)

    def draft(self, payload: kinds.Payload) -> Draft:
        """Return a draft of this pen's stream."""
        return Draft(kinds.kind_of(payload), self.pen.serial, ACTOR, kinds.encode(payload))

    def identified_again(self, pen: Pen, restarted: bool) -> list[Draft]:
        """Return drafts for a repeated identity: none, unless something has changed.

        ``restarted`` says that the counters went back, whatever the boot id says.
        """
        before, pen = self.pen, replace(pen, serial=self.pen.serial, simulated=self.pen.simulated)
        drafts: list[Draft] = []
        self.pen = pen
        if restarted or pen.boot_id != before.boot_id:
            self.timeline.reboot(pen)
            self._cartridge = ""
            drafts.append(
                self.draft(kinds.PenRebooted(boot_id_before=before.boot_id, boot_id=pen.boot_id))
            )
        if replace(pen, boot_id=before.boot_id) != before:
            drafts.append(self.draft(kinds.PenIdentified(pen=pen)))
        return drafts

    def sampled(self, run: SampleRun, host: HostTime) -> list[Draft]:
        """Return the block that ``run`` makes, behind the anchor and the gaps before it."""
        placed = self.timeline.place(run, host, self.gap_cause)
        drafts = [self.draft(payload) for payload in placed.payloads]
        self.leave_out(placed.refused)
        if len(placed.sequence):
            block = self._block(run, placed, host)
            self.last_block = block
            self.samples += len(block)
            drafts.append(
                Draft(kinds.SAMPLES, block.pen, ACTOR, self._encoder.encode(block), block)
            )
        return drafts

    def said(self, event: PenEvent, host: HostTime) -> list[Draft]:
        """Return the entry of an event; a cartridge told again is not told again.

        It is, though, where it was taken out meanwhile.
        """
        if event.name == "cartridge_seated" and not event.value:
            self._cartridge = ""
        elif event.name == "cartridge":
            if event.text == self._cartridge:
                return []
            self._cartridge = event.text
        if len(event.text) > TEXT_AT_MOST:
            event = replace(event, text=event.text[:TEXT_AT_MOST])
        placed = self.timeline.place_event(event.ticks_us, host)
        seen = kinds.PenEventSeen(
            event=event,
            time_unix_ns=placed.time_unix_ns,
            device_us=placed.device_us,
            simulated=self.pen.simulated,
        )
        return [self.draft(payload) for payload in (*placed.payloads, seen)]

    def leave_out(self, refused: Mapping[str, int]) -> None:
        """Count samples that are not journaled."""
        for cause, count in refused.items():
            self.left_out[cause] = self.left_out.get(cause, 0) + count

    def _block(self, run: SampleRun, placed: Placed, host: HostTime) -> SampleBlock:
        take = placed.take
        return SampleBlock(
            pen=self.pen.serial,
            boot_id=self.pen.boot_id,
            simulated=self.pen.simulated,
            sequence=placed.sequence,
            sequence_counted=run.sequence is not None,
            device_us=placed.device_us,
            layouts=run.layouts,
            columns=run.columns if take is None else {k: v[take] for k, v in run.columns.items()},
            status=run.status if take is None else run.status[take],
            flags_known=run.flags_known,
            anchor=placed.anchor,
            host=host,
            host_boot_id=self.timeline.host_boot_id,
        )


def joined(runs: list[SampleRun]) -> SampleRun:
    """Return consecutive runs of one profile as one."""
    first = runs[0]
    if len(runs) == 1:
        return first
    sequences = [run.sequence for run in runs if run.sequence is not None]
    ticks_us = [run.ticks_us for run in runs if run.ticks_us is not None]
    return replace(
        first,
        sequence=np.concatenate(sequences) if sequences else None,
        ticks_us=np.concatenate(ticks_us) if ticks_us else None,
        columns={name: np.concatenate([r.columns[name] for r in runs]) for name in first.columns},
        status=np.concatenate([run.status for run in runs]),
    )
