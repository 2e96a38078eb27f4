"""Looking at the journal before anybody asks, so that a page finds little left to fold."""

from collections.abc import Callable

from logger.errors import NeedlelogError
from logger.review.sign_ins import SignIns
from logger.session.kept import KeptSessions

LOOK_EVERY_S = 5.0


def look_ahead(kept: KeptSessions, sign_ins: SignIns, sleep: Callable[[float], object]) -> None:
    """Keep the sessions up to date as long as anybody is signed in; never returns."""
    while True:
        sleep(LOOK_EVERY_S)
        if sign_ins.has_any:
            _look(kept)


def _look(kept: KeptSessions) -> None:
    try:
        with kept.now():
            pass
    except NeedlelogError:
        return  # whoever asks for a page is told
