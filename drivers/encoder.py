"""From messages to a pen's bytes, by its profile: the inverse of the decoder.

For the simulator and for tests; nothing here ever goes to a real pen.
"""

import numpy as np
from numpy.typing import NDArray

from drivers.counters import Counters
from drivers.fields import BinaryFrame, Raw, default_raw
from drivers.framing import make_framing
from drivers.framing.sync import LengthRule
from drivers.messages import ticks_raw, write_event, write_pen
from drivers.model import ColumnLayout, Pen, PenEvent, SampleRun
from drivers.profile.plan import FieldPlan, FramePlan
from drivers.profile.profile import Profile
from drivers.profile.schema import LineSpec, SyncSpec
from drivers.samples import sample_dtype
from drivers.textfields import TextFrame


def raw_values(layout: ColumnLayout, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the nearest raw integers, int64 [n], for ``values`` in the canonical unit.

    NaN becomes the layout's absent value; without one it becomes 0.
    """
    raw = np.rint((values * layout.denominator - layout.addend) / layout.numerator)
    return np.nan_to_num(raw, nan=layout.absent or 0).astype(np.int64)


class Encoder:
    """Encodes what a pen of ``profile`` would send. It keeps no state between calls."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._wrap = make_framing(profile, Counters()).wrap
        self._fields = [field for field in profile.sample.fields if field.fills]

    def samples(self, run: SampleRun) -> list[bytes]:
        """Return one whole wire frame for every sample of ``run`` [n].

        Sequence and ticks wrap as the profile says. Channels of other layouts are
        converted; what ``run`` lacks is sent as absent, or else as zero.
        """
        columns = {field.key: _column(field, run) for field in self._fields}
        plan = self._profile.sample
        if isinstance(self._profile.framing, LineSpec):
            frame = TextFrame(plan, self._profile.framing.separator)
            rows = zip(*(column.tolist() for column in columns.values()), strict=True)
            contents = [frame.write(dict(zip(columns, row, strict=True))) for row in rows]
        else:
            contents = self._table(plan, columns, len(run))
        return [self._wrap(content) for content in contents]

    def identity(self, pen: Pen) -> bytes | None:
        """Return the frame with which the pen names itself; None if such pens do not."""
        for plan in self._profile.frames:
            if plan.role == "identity":
                return self._frame(plan, write_pen(plan, pen))
        return None

    def event(self, event: PenEvent) -> bytes | None:
        """Return the frame that tells of ``event``; None if such pens cannot tell it."""
        for plan in self._profile.frames:
            if plan.role not in ("sample", "identity"):
                raws = write_event(plan, event)
                if raws is not None:
                    return self._frame(plan, raws)
        return None

    def _frame(self, plan: FramePlan, raws: dict[str, Raw]) -> bytes:
        if isinstance(self._profile.framing, LineSpec):
            return self._wrap(TextFrame(plan, self._profile.framing.separator).write(raws))
        rest = str(raws.get(plan.rest.fills) or "").encode() if plan.rest else b""
        return self._wrap(BinaryFrame(plan).write(self._header(plan, len(rest)), raws))

    def _table(
        self, plan: FramePlan, columns: dict[str, NDArray[np.generic]], count: int
    ) -> list[bytes]:
        template = BinaryFrame(plan).write(self._header(plan, 0), {})
        content = bytearray(template * count)
        table = np.frombuffer(content, sample_dtype(plan))
        for field in self._fields:
            if field.dtype:
                table[str(field.at)] = columns[field.key]
        size = plan.size
        return [bytes(content[at : at + size]) for at in range(0, size * count, size)]

    def _header(self, plan: FramePlan, rest_bytes: int) -> bytes:
        profile = self._profile
        header = bytearray(profile.payload_offset)
        if isinstance(profile.framing, SyncSpec):
            header[: len(profile.framing.sync)] = profile.framing.sync
            sum_size = profile.checksum.size
            length = LengthRule(
                profile.framing, profile.byte_order, profile.payload_offset, sum_size
            )
            field = length.field_of(plan.size + rest_bytes + sum_size)
            header[length.offset : length.offset + len(field)] = field
        if profile.type_offset is not None:
            header[profile.type_offset] = int(plan.type or 0)
        return bytes(header)


def _column(field: FieldPlan, run: SampleRun) -> NDArray[np.generic]:
    """Return the raw values [n] that ``field`` sends for ``run``."""
    if field.fills == "status":
        raw = np.zeros(len(run), np.int64)
        for bit, flag in field.bits:
            raw |= ((run.status & flag) != 0).astype(np.int64) << bit
        return raw
    counted = run.sequence if field.fills == "sequence" else run.ticks_us
    if field.fills in ("sequence", "ticks"):
        raw = np.zeros(len(run), np.int64) if counted is None else counted
        if field.layout:
            raw = ticks_raw(field.layout, raw)
        return raw % (field.modulus or 1)
    return _channel(field, run)


def _channel(field: FieldPlan, run: SampleRun) -> NDArray[np.generic]:
    theirs = next((layout for layout in run.layouts if layout.channel == field.fills), None)
    if theirs is None or field.layout is None:
        kind = np.float64 if field.kind == "float" else np.int64
        return np.full(len(run), default_raw(field), kind)
    if theirs == field.layout:
        return run.columns[field.fills]
    values = theirs.values(run.columns[field.fills])
    if field.kind == "float":
        return (values * field.layout.denominator - field.layout.addend) / field.layout.numerator
    return raw_values(field.layout, values)
