"""What became of a pen's frames: counted, and written to its log if it has one."""

import numpy as np

from drivers.simulator.burst import NO_SAMPLE, Burst, Fate, concatenate
from drivers.simulator.log import LogWriter


class Account:
    """Takes bursts whose fates are settled; counts and logs them at each ``flush``."""

    def __init__(self, log: LogWriter | None) -> None:
        self.samples = 0
        self.bytes_written = 0
        self._log = log
        self._fates = np.zeros(len(Fate), dtype=np.int64)
        self._settled: list[Burst] = []

    def settle(self, burst: Burst, bytes_written: int, time_ns: int) -> None:
        """Take a burst of which the line took so many bytes, at ``time_ns``."""
        if len(burst):
            burst.records["time_ns"] = time_ns
            self.bytes_written += bytes_written
            self._settled.append(burst)

    def flush(self) -> None:
        """Count what was settled and hand its records to the system."""
        records = concatenate(self._settled).records
        self._settled.clear()
        self.samples += int(np.count_nonzero(records["sequence"] != NO_SAMPLE))
        self._fates += np.bincount(records["fate"], minlength=len(Fate))
        if self._log is not None:
            self._log.add(records)

    def frames(self) -> dict[str, int]:
        """Return how many frames met each fate, those that none met left out."""
        return {fate.name.lower(): int(self._fates[fate]) for fate in Fate if self._fates[fate]}

    def as_dict(self) -> dict[str, object]:
        """Return the account for a JSON summary."""
        return {
            "samples": self.samples,
            "bytes_written": self.bytes_written,
            "frames": self.frames(),
        }

    def __str__(self) -> str:
        frames = ", ".join(f"{count} {fate}" for fate, count in self.frames().items())
        return f"{self.samples} samples, {self.bytes_written} bytes; frames: {frames or 'none'}"
