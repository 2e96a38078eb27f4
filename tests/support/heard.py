"""What a decoder makes of a stream, gathered for tests."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.counters import Counters
from drivers.decoder import Decoder
from drivers.model import Pen, PenEvent, SampleRun
from drivers.profile import Profile


@dataclass(frozen=True)
class Heard:
    """Samples of all runs as columns [n]; pens and events in the order of the wire."""

    sequence: NDArray[np.int64]
    ticks_us: NDArray[np.int64]
    columns: dict[str, NDArray[np.generic]]
    status: NDArray[np.uint8]
    pens: list[Pen]
    events: list[PenEvent]
    counters: Counters

    def events_named(self, name: str) -> list[PenEvent]:
        return [event for event in self.events if event.name == name]


def hear(profile: Profile, chunks: Iterable[bytes]) -> Heard:
    """Return what a fresh decoder of ``profile`` yields for ``chunks``."""
    decoder = Decoder(profile)
    messages = [message for chunk in chunks for message in decoder.feed(chunk)]
    runs = [message for message in messages if isinstance(message, SampleRun)]
    none = np.zeros(0, dtype=np.int64)
    channels = [layout.channel for layout in profile.layouts]
    return Heard(
        np.concatenate([none, *(run.sequence for run in runs if run.sequence is not None)]),
        np.concatenate([none, *(run.ticks_us for run in runs if run.ticks_us is not None)]),
        {name: np.concatenate([none, *(run.columns[name] for run in runs)]) for name in channels},
        np.concatenate([none.astype(np.uint8), *(run.status for run in runs)]),
        [message for message in messages if isinstance(message, Pen)],
        [message for message in messages if isinstance(message, PenEvent)],
        decoder.counters,
    )
