"""What a check of the archive found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveResult:
    """What a check found. ``erased`` counts sessions.

    ``payloads_pruned`` lie in sealed files alone, ``payloads_erased`` nowhere any more;
    ``erasures_begun`` counts erasures that are not over. ``not_covered`` are the first and
    last position after the last head, None if there are none. ``proven_by`` names what was
    given from outside and fits.
    """

    seals: int = 0
    heads: int = 0
    keys: int = 0
    erased: int = 0
    payloads_pruned: int = 0
    payloads_erased: int = 0
    erasures_begun: int = 0
    not_covered: tuple[int, int] | None = None
    proven_by: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems
