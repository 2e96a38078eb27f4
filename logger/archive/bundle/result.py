"""What a check of a bundle found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BundleResult:
    """What a check found; with a ``problem`` the rest is not known.

    ``erased`` are positions of entries whose payload is gone, ``not_covered`` those that came
    after the head, ``after_holes`` those that nothing in the chain vouches for.
    ``doubted`` is the head's key where it was revoked since and the list's signer rests on
    another. ``proven_by`` names what was given from outside and fits.
    """

    problem: str = ""
    session: str = ""
    entries: int = 0
    samples: int = 0
    revisions: int = 0
    head_position: int = 0
    head_hash: str = ""
    key: str = ""
    erased: tuple[int, ...] = ()
    not_covered: tuple[int, ...] = ()
    after_holes: tuple[int, ...] = ()
    doubted: str = ""
    proven_by: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problem
