"""Looking ahead while somebody is signed in."""

from pathlib import Path

import pytest

from logger.review.ahead import LOOK_EVERY_S, look_ahead
from logger.session.kept import KeptSessions
from tests.support.consoled import Consoled


class _Over(Exception):
    pass


class _Looks(KeptSessions):
    """Counts how often somebody looked."""

    count = 0

    def now(self):  # type: ignore[no-untyped-def]  # as it is there
        self.count += 1
        return super().now()


def _looks(consoled: Consoled, data_dir: Path) -> int:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise _Over

    looks = _Looks(data_dir)
    with pytest.raises(_Over):
        look_ahead(looks, consoled.console.sign_ins, sleep)
    looks.close()
    assert slept == [LOOK_EVERY_S] * 3
    return looks.count


async def test_it_looks_while_somebody_is_signed_in(consoled: Consoled) -> None:
    await consoled.signed_in("audit")
    assert _looks(consoled, consoled.data_dir) == 2


async def test_it_looks_at_nothing_while_nobody_is(consoled: Consoled) -> None:
    assert _looks(consoled, consoled.data_dir) == 0


async def test_a_journal_that_cannot_be_read_ends_it_not(
    consoled: Consoled, tmp_path: Path
) -> None:
    await consoled.signed_in("audit")
    assert _looks(consoled, tmp_path / "nowhere") == 2
