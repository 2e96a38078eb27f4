"""What is erased is gone whole, wherever a round was killed and whatever came between."""

from pathlib import Path

from tests.faults import erasure_calls, erasure_order
from tests.support.report import Row


def rows(place: Path, seed: int) -> list[Row]:
    """Return the rows of the long form; AssertionError with the first promise broken."""
    return [erasure_calls.row(place / "calls"), erasure_order.row(place / "order", seed)]
