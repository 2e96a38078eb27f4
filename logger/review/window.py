"""A window of a session's samples as so many points as a screen can show, true to its extremes.

Time is cut into columns, one a pixel. Of each column the samples with the lowest and the
highest value of each channel are kept. What lies on both sides of a hole is never joined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from logger.review.courses import Columns, Integers

WIDTH_MAX = 4000
_EVERY_SAMPLE_PER_PIXEL = 2
_PIXELS_MIN = 2
"""The downsampler takes no fewer."""
_DOWNSAMPLER = MinMaxDownsampler()  # type: ignore[no-untyped-call]  # it is not annotated


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of the samples to draw between two times; ``is_whole`` if those are all there are.

    A row of -1 stands in each hole. ``holes`` are places in ``Columns.holes``; ``turns`` of the
    depth dial and ``rate_turns`` are rows.
    """

    from_s: float
    to_s: float
    rows: Integers
    is_whole: bool
    holes: Integers
    turns: Integers
    rate_turns: Integers


def window_of(columns: Columns, from_s: float, to_s: float, width: int) -> Window:
    """Return what to draw from one time to another on ``width`` pixels.

    The samples next to the window on both sides come too, so that a line reaches its edge.
    """
    first = max(0, int(np.searchsorted(columns.elapsed_s, from_s)) - 1)
    beyond = min(len(columns), int(np.searchsorted(columns.elapsed_s, to_s, side="right")) + 1)
    grid = _Grid(columns, from_s, (to_s - from_s) / width)
    holes = np.arange(*np.searchsorted(columns.holes, (first, beyond - 1)))
    is_whole = beyond - first <= width * _EVERY_SAMPLE_PER_PIXEL
    if not is_whole:
        holes = holes[grid.outermost(columns.holes[holes])]
    pieces = pairwise([first, *(columns.holes[holes] + 1).tolist(), beyond])
    found: list[Integers] = []
    for start, end in pieces:
        rows = np.arange(start, end) if is_whole else grid.kept(start, end)
        found += [rows, np.array([-1])]
    return Window(
        from_s,
        to_s,
        np.concatenate(found[:-1]),
        is_whole,
        holes,
        *(grid.some_of(turns, first, beyond) for turns in (columns.turns, columns.rate_turns)),
    )


class _Grid:
    """The pixels of a window."""

    def __init__(self, columns: Columns, from_s: float, pixel_s: float) -> None:
        self._columns = columns
        self._from_s = from_s
        self._pixel_s = pixel_s

    def pixels(self, rows: Integers) -> Integers:
        """Return in which pixel each of ``rows`` lies."""
        return ((self._columns.elapsed_s[rows] - self._from_s) // self._pixel_s).astype(np.int64)

    def outermost(self, rows: Integers) -> NDArray[np.bool_]:
        """Return which of ``rows``, in order, are the first or the last of their pixel."""
        if not len(rows):
            return np.zeros(0, dtype=np.bool_)
        is_other = np.diff(self.pixels(rows)) != 0
        first = np.concatenate([[True], is_other])
        return np.asarray(first | np.concatenate([is_other, [True]]))

    def some_of(self, rows: Integers, first: int, beyond: int) -> Integers:
        """Return of ``rows``, in order, those of the window that are the outermost of a pixel."""
        found = rows[slice(*np.searchsorted(rows, (first, beyond)))]
        return found[self.outermost(found)]

    def kept(self, start: int, end: int) -> Integers:
        """Return the rows to draw of an unbroken piece, in order."""
        rows = np.array([start, end - 1])
        pixels = int(np.ptp(self.pixels(rows))) + 1
        if end - start <= pixels * _EVERY_SAMPLE_PER_PIXEL:
            return np.arange(start, end)
        for name in self._columns.channels:
            rows = np.concatenate([rows, self._beside_edges(name, start, end)])
            rows = np.concatenate([rows, self._extremes(name, start, end, pixels)])
        return np.unique(rows)

    def _beside_edges(self, channel: str, start: int, end: int) -> Integers:
        """Return the rows on both sides of where a channel's values begin and end."""
        edges = self._columns.edges[channel]
        edges = edges[slice(*np.searchsorted(edges, (start + 1, end)))]
        edges = edges[self.outermost(edges)]
        return np.concatenate([edges - 1, edges])

    def _extremes(self, channel: str, start: int, end: int, pixels: int) -> Integers:
        """Return the rows of a channel's lowest and highest value in each pixel."""
        elapsed_s = self._columns.elapsed_s[start:end]
        values = self._columns.channels[channel][start:end]
        # Where a pen's clock stands still there are no bins to make of it.
        told = (elapsed_s, values) if elapsed_s[0] < elapsed_s[-1] else (values,)
        found = _DOWNSAMPLER.downsample(*told, n_out=2 * max(pixels, _PIXELS_MIN))
        return np.asarray(found.astype(np.int64) + start)


def as_data(columns: Columns, window: Window) -> dict[str, Any]:
    """Return a window as JSON's own types: columns of numbers, NaN where a line must break."""
    rows, is_hole = window.rows, window.rows < 0
    elapsed_s = columns.elapsed_s[rows]
    # A hole's row stands in its midst.
    at = np.flatnonzero(is_hole)
    elapsed_s[at] = (elapsed_s[at - 1] + elapsed_s[at + 1]) / 2
    told: dict[str, Any] = {
        "from_s": window.from_s,
        "to_s": window.to_s,
        "is_whole": window.is_whole,
        "elapsed_s": elapsed_s.round(6).tolist(),
        "holes": _holes(columns, window.holes),
        "turns": columns.elapsed_s[window.turns].round(6).tolist(),
        "rate_turns": columns.elapsed_s[window.rate_turns].round(6).tolist(),
    }
    for name, values in columns.channels.items():
        chosen = values[rows].astype(np.float64)
        chosen[is_hole] = np.nan
        told[name] = chosen.round(4).tolist()
    return told


def _holes(columns: Columns, holes: Integers) -> list[Sequence[float]]:
    """Return from where to where each hole reaches, and how many samples are missing."""
    rows = columns.holes[holes]
    edges = (columns.elapsed_s[rows].round(6), columns.elapsed_s[rows + 1].round(6))
    return list(zip(*(one.tolist() for one in (*edges, columns.missing[holes])), strict=True))
