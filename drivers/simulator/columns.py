"""From signals in canonical units to the raw columns that a profile's frames carry."""

import numpy as np
from numpy.typing import NDArray

from drivers.model import ColumnLayout, SampleRun
from drivers.profile import FieldPlan, Profile
from drivers.simulator.signals import Signals


def sample_run(
    profile: Profile,
    signals: Signals,
    sequence: NDArray[np.int64],
    ticks_us: NDArray[np.int64],
) -> SampleRun:
    """Return the signals as the run that a decoder of ``profile`` would yield.

    ``sequence`` and ``ticks_us`` come unwrapped and are wrapped, or left out where the
    profile has none.
    """
    return SampleRun(
        sequence=_wrapped(sequence, profile.sequence_modulus),
        ticks_us=_wrapped(ticks_us, profile.ticks_modulus_us),
        layouts=profile.layouts,
        columns={
            layout.channel: _raw(
                layout, profile.sample.filled[layout.channel], signals.channels[layout.channel]
            )
            for layout in profile.layouts
        },
        status=signals.status & np.uint8(int(profile.flags_known)),
        flags_known=profile.flags_known,
    )


def _wrapped(count: NDArray[np.int64], modulus: int | None) -> NDArray[np.int64] | None:
    return None if modulus is None else count % modulus


def _raw(
    layout: ColumnLayout, field: FieldPlan, values: NDArray[np.float64]
) -> NDArray[np.generic]:
    """Return the raw values nearest to ``values`` that the field can carry.

    What was not measured is the field's absent value, or 0 where it has none.
    """
    missing = np.isnan(values)
    scaled = (np.where(missing, 0, values) * layout.denominator - layout.addend) / layout.numerator
    if field.kind == "float":
        raw: NDArray[np.generic] = scaled.astype(field.dtype or np.float64).astype(np.float64)
    else:
        raw = np.clip(np.rint(scaled), field.low, field.high).astype(np.int64)
    raw[missing] = 0 if layout.absent is None else layout.absent
    return raw
